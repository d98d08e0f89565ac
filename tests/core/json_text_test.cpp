#include "core/json_text.hpp"

#include <gtest/gtest.h>

namespace migrator {
namespace {

using namespace std::string_literals;

TEST(JsonText, EscapesWhatCannotStandInAString) {
    const struct {
        std::string text;
        std::string json;
    } cases[] = {
        {"", R"("")"},
        {"plain text, longer than eight characters",
         R"("plain text, longer than eight characters")"},
        {R"(q" b\ s/)", R"("q\" b\\ s/")"},
        {"\n\r\t", R"("\n\r\t")"},
        {"\0\x01\x1f\x7f"s, R"("\u0000\u0001\u001f\u007f")"},
        {"ä😀\xC2\x80", "\"ä😀\xC2\x80\""},
        {"a\xFFz\xC3", "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\""},
        {"\xC3\n", "\"\xEF\xBF\xBD\\n\""}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.json);
        EXPECT_EQ(json_string(c.text), c.json);
    }
}

TEST(JsonText, EscapesAtEveryPlaceOfEightCharacters) {
    for (const char special : {'"', '\\', '\n', '\x7f', '\xFF'}) {
        for (std::size_t at = 0; at < 20; ++at) {
            std::string text(20, 'x');
            text[at] = special;
            std::string json;
            append_json_escaped(json, text);
            std::string escape;
            append_json_escaped(escape, std::string_view(&special, 1));
            EXPECT_NE(escape, std::string(1, special));
            EXPECT_EQ(json, std::string(at, 'x') + escape + std::string(19 - at, 'x'));
        }
    }
}

}  // namespace
}  // namespace migrator
