#include "db/sqlserver/utf16.hpp"

#include <gtest/gtest.h>

namespace migrator::db::sqlserver {
namespace {

TEST(Utf16, GoesThereAndBack) {
    const std::string texts[] = {
        "", "plain", "Grüße", "żółw €", "日本", "😀 a 𝄞", "\x7F\u0080\u07FF\uFFFD"};
    for (const std::string& text : texts) {
        SCOPED_TRACE(text);
        EXPECT_EQ(to_utf8(to_utf16(text)), text);
    }
    EXPECT_EQ(to_utf16("a😀"), u"a\xD83D\xDE00");
}

TEST(Utf16, ReplacesWhatIsNoCharacter) {
    EXPECT_EQ(
        to_utf16("a\xFF"
                 "b"),
        u"a\xFFFD"
        u"b"
    );
    EXPECT_EQ(to_utf8(u"a\xD83D"), "a\uFFFD");
    EXPECT_EQ(
        to_utf8(u"\xDE00"
                u"b"),
        "\uFFFDb"
    );
    EXPECT_EQ(to_utf8(u"\xD83D\xD83D\xDE00"), "\uFFFD😀");
}

}  // namespace
}  // namespace migrator::db::sqlserver
