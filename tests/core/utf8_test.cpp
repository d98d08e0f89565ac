#include "core/utf8.hpp"

#include <gtest/gtest.h>

#include <random>

namespace migrator {
namespace {

using namespace std::string_literals;

TEST(Utf8, TakesWhatRfc3629Allows) {
    const struct {
        const char* name;
        std::string text;
    } cases[] = {
        {"empty", ""},
        {"ASCII with a NUL", "a\0b"s},
        {"smallest of two bytes", "\xC2\x80"},
        {"smallest of three bytes", "\xE0\xA0\x80"},
        {"before the surrogates", "\xED\x9F\xBF"},
        {"after the surrogates", "\xEE\x80\x80"},
        {"smallest of four bytes", "\xF0\x90\x80\x80"},
        {"U+10FFFF", "\xF4\x8F\xBF\xBF"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_TRUE(is_valid_utf8(c.text));
        EXPECT_EQ(to_valid_utf8(c.text), c.text);
    }
}

TEST(Utf8, ReplacesEachInvalidByte) {
    const std::string r = "\xEF\xBF\xBD";
    const struct {
        const char* name;
        std::string text;
        std::string valid;
    } cases[] = {
        {"continuation without a lead", "a\x80z", "a" + r + "z"},
        {"lead at the end", "a\xC3", "a" + r},
        {"lead before ASCII", "\xC3z", r + "z"},
        {"cut off after two of three", "\xE2\x82", r + r},
        {"cut off after three of four", "\xF0\x9F\x98z", r + r + r + "z"},
        {"two bytes for ASCII", "\xC0\xAF", r + r},
        {"three bytes for two", "\xE0\x9F\xBF", r + r + r},
        {"four bytes for three", "\xF0\x8F\xBF\xBF", r + r + r + r},
        {"surrogate", "\xED\xA0\x80", r + r + r},
        {"over U+10FFFF", "\xF4\x90\x80\x80", r + r + r + r},
        {"never a lead", "\xFF\xFE", r + r},
        {"valid around invalid", "\xC3\xA9\xE9\xC3\xA9", "\xC3\xA9" + r + "\xC3\xA9"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_FALSE(is_valid_utf8(c.text));
        EXPECT_EQ(to_valid_utf8(c.text), c.valid);
    }
}

TEST(Utf8, CutsOneByteOrderMarkFromTheStart) {
    EXPECT_EQ(without_byte_order_mark("\xEF\xBB\xBFselect 1"), "select 1");
    EXPECT_EQ(without_byte_order_mark("\xEF\xBB\xBF\xEF\xBB\xBF"), "\xEF\xBB\xBF");
    EXPECT_EQ(without_byte_order_mark("select 1\xEF\xBB\xBF"), "select 1\xEF\xBB\xBF");
    EXPECT_EQ(without_byte_order_mark("\xEF\xBB"), "\xEF\xBB");
    EXPECT_EQ(without_byte_order_mark(""), "");
}

TEST(Utf8, CountsCharactersAndFindsThem) {
    const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";  // 1, 2, 3, 4 and 1 bytes
    EXPECT_EQ(utf8_length(text), 5U);
    EXPECT_EQ(utf8_length(""), 0U);
    const struct {
        std::size_t index;
        std::size_t offset;
    } cases[] = {{0, 0}, {1, 1}, {2, 3}, {3, 6}, {4, 10}, {5, 11}, {99, 11}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.index);
        EXPECT_EQ(utf8_offset(text, c.index), c.offset);
    }
    EXPECT_EQ(utf8_offset("", 0), 0U);
}

TEST(Utf8, APrefixIsNotCutWithinACharacter) {
    const struct {
        std::string_view text;
        std::size_t bytes;
        std::string_view prefix;
    } cases[] = {
        {"", 0, ""},
        {"abc", 5, "abc"},
        {"abc", 3, "abc"},
        {"abc", 2, "ab"},
        {"a\xC3\xBC", 2, "a"},
        {"a\xC3\xBC", 3, "a\xC3\xBC"},
        {"\xF0\x9F\x98\x80!", 3, ""},
        {"\xF0\x9F\x98\x80!", 4, "\xF0\x9F\x98\x80"},
        {"\x80\x80\x80\x80\x80\x80", 5, "\x80\x80\x80\x80\x80"},
        {"\xC3\xBC\x80\x80\x80\x80", 5, "\xC3\xBC\x80\x80\x80"}};
    for (const auto& c : cases) EXPECT_EQ(utf8_prefix(c.text, c.bytes), c.prefix);
}

/// Texts of valid characters, parts of them and what is never valid, of every length up to 40.
std::string mixed_text(std::mt19937& random) {
    const std::string parts[] = {
        "a",
        "\n",
        "\xC3\xBC",
        "\xE2\x82\xAC",
        "\xF0\x9F\x98\x80",
        "\x80",
        "\xF0",
        "\xE2\x82",
        "\xFF",
        "abcdefgh"};
    std::string text;
    const auto draw = [&](std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
    };
    const std::size_t usual = draw(2) == 0 ? std::size(parts) : 5;  // the first five are valid
    for (std::size_t size = draw(40); text.size() < size;) text += parts[draw(usual)];
    return text;
}

TEST(Utf8, PiecesMadeValidAreTheWholeMadeValid) {
    std::mt19937 random(3);  // NOLINT(bugprone-random-generator-seed): the same texts each time
    for (int round = 0; round < 3'000; ++round) {
        const std::string text = mixed_text(random);
        for (std::size_t size = 4; size < 12; ++size) {
            std::string valid;
            for (std::string_view rest = text; !rest.empty();) {
                const std::string_view piece = utf8_prefix(rest, size);
                ASSERT_FALSE(piece.empty());
                valid += to_valid_utf8(piece);
                rest.remove_prefix(piece.size());
            }
            ASSERT_EQ(valid, to_valid_utf8(text)) << size;
        }
    }
}

TEST(Utf8, IsValidWhereNothingHasToBeReplaced) {
    std::mt19937 random(4);  // NOLINT(bugprone-random-generator-seed): the same texts each time
    int valid = 0;
    for (int round = 0; round < 3'000; ++round) {
        const std::string text = mixed_text(random);
        ASSERT_EQ(is_valid_utf8(text), to_valid_utf8(text) == text);
        valid += is_valid_utf8(text) ? 1 : 0;
    }
    EXPECT_GT(valid, 1'000);
    EXPECT_LT(valid, 2'500);
}

}  // namespace
}  // namespace migrator
