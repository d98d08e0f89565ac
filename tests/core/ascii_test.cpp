#include "core/ascii.hpp"

#include <gtest/gtest.h>

namespace migrator {
namespace {

TEST(Ascii, KnowsTheClassesOfEveryByte) {
    for (int value = 0; value < 256; ++value) {
        const char c = static_cast<char>(value);
        SCOPED_TRACE(value);
        EXPECT_EQ(is_digit(c), value >= '0' && value <= '9');
        EXPECT_EQ(is_lower(c), value >= 'a' && value <= 'z');
        EXPECT_EQ(is_upper(c), value >= 'A' && value <= 'Z');
        EXPECT_EQ(is_letter(c), is_lower(c) || is_upper(c));
        EXPECT_EQ(to_lower(c) != c, is_upper(c));
        EXPECT_EQ(to_upper(c) != c, is_lower(c));
        EXPECT_EQ(to_upper(to_lower(c)), is_lower(c) ? to_upper(c) : c);
    }
}

TEST(Ascii, ComparesLettersInAnyCaseAndNothingElse) {
    const struct {
        std::string_view a;
        std::string_view b;
        bool equal;
    } cases[] = {
        {"", "", true},
        {"Content-Type", "content-tYPE", true},
        {"a", "", false},
        {"ab", "abc", false},
        {"[", "{", false},  // as far apart as 'A' and 'a'
        {"@", "`", false},
        {"\xC3\x84", "\xC3\xA4", false}};  // Ä and ä
    for (const auto& c : cases) {
        SCOPED_TRACE(c.a);
        EXPECT_EQ(equal_ignoring_case(c.a, c.b), c.equal);
        EXPECT_EQ(equal_ignoring_case(c.b, c.a), c.equal);
    }
    EXPECT_TRUE(starts_with_ignoring_case("HTTPS://host", "https://"));
    EXPECT_FALSE(starts_with_ignoring_case("http", "https"));
    EXPECT_TRUE(starts_with_ignoring_case("", ""));
    EXPECT_EQ(lower_case("MiXeD 1 \xC3\x84"), "mixed 1 \xC3\x84");
}

TEST(Ascii, TrimsBothEnds) {
    const struct {
        std::string_view text;
        std::string_view trimmed;
    } cases[] = {
        {"", ""},
        {" \t\r\n\f\v", ""},
        {"a", "a"},
        {"  a b\t\n", "a b"},
        {"\xC2\xA0x", "\xC2\xA0x"}};  // a blank of Unicode stays
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(trimmed(c.text), c.trimmed);
    }
    EXPECT_EQ(trimmed("\n a \n", " \t"), "\n a \n");
    EXPECT_EQ(trimmed("//a/b/", "/"), "a/b");
}

}  // namespace
}  // namespace migrator
