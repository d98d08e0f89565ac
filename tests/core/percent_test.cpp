#include "core/percent.hpp"

#include <gtest/gtest.h>

#include "core/hex.hpp"

namespace migrator {
namespace {

using namespace std::string_literals;

TEST(Percent, DecodesBytes) {
    const struct {
        std::string_view text;
        std::string decoded;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"%41", "A"},
        {"a%2Fb%2fc", "a/b/c"},
        {"100%25", "100%"},
        {"%2541", "%41"},
        {"d%C3%BC%FF", "d\xC3\xBC\xFF"},
        {"a%00b", "a\0b"s},
        {"a+b", "a+b"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(percent_decoded(c.text), c.decoded);
        EXPECT_EQ(find_bad_percent(c.text), std::string_view::npos);
    }
    EXPECT_EQ(percent_decoded("a+b%2Bc", Plus::IsBlank), "a b+c");
}

TEST(Percent, RefusesWhatTwoDigitsDoNotFollow) {
    const struct {
        std::string_view text;
        std::size_t at;
    } cases[] = {
        {"%", 0},
        {"%4", 0},
        {"ab%", 2},
        {"%41%4", 3},
        {"%4g", 0},
        {"%g4", 0},
        {"%%41", 0},
        {"%-1", 0}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(percent_decoded(c.text), std::nullopt);
        EXPECT_EQ(find_bad_percent(c.text), c.at);
    }
}

TEST(Percent, EncodesAllThatIsReserved) {
    EXPECT_EQ(percent_encoded("az AZ-09._~"), "az%20AZ-09._~");
    EXPECT_EQ(percent_encoded("a/b?c=\xC3\xBC"), "a%2Fb%3Fc%3D%C3%BC");
    EXPECT_EQ(percent_encoded("a/b?c", "/"), "a/b%3Fc");
}

TEST(Percent, DecodesWhatItHasEncoded) {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    EXPECT_EQ(percent_decoded(percent_encoded(bytes)), bytes);
}

TEST(Hex, IsTwoDigitsForEachByte) {
    EXPECT_EQ(to_hex(""), "");
    EXPECT_EQ(to_hex("\x01\xAB\xFF"), "01abff");
    EXPECT_EQ(hex_value('0'), 0U);
    EXPECT_EQ(hex_value('9'), 9U);
    EXPECT_EQ(hex_value('a'), 10U);
    EXPECT_EQ(hex_value('F'), 15U);
    for (const char c : {'g', 'G', '/', ':', '@', '`', ' ', '\0', '\xFF'}) {
        EXPECT_EQ(hex_value(c), std::nullopt);
    }
}

}  // namespace
}  // namespace migrator
