#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>

#include "core/utf8.hpp"
#include "graphql/execute.hpp"
#include "graphql/json_text.hpp"

namespace migrator::graphql {
namespace {

std::string text_of(std::string_view value) {
    test::MemoryOutput output;
    JsonText text(output);
    text.string(value);
    text.flush();
    return output.text;
}

TEST(ExecutionText, EscapesWhatJsonDoesNotAllow) {
    const struct {
        std::string value;
        const char* text;
    } cases[] = {
        {"", "\"\""},
        {"plain text, longer than eight characters",
         "\"plain text, longer than eight characters\""},
        {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
        {"\n\r\t\x01\x1f\x7f", "\"\\n\\r\\t\\u0001\\u001f\\u007f\""},
        {std::string("\0", 1), "\"\\u0000\""},
        {"é😀", "\"é😀\""},
        {"a\xff"
         "b\xc3",
         "\"a\xEF\xBF\xBD"
         "b\xEF\xBF\xBD\""},
    };
    for (const auto& c : cases) EXPECT_EQ(text_of(c.value), c.text);
}

TEST(ExecutionText, IsValidJsonOfTheSameTextForAnyBytes) {
    std::mt19937 random(7);
    const std::string pieces[] = {
        "a",
        "\"",
        "\\",
        "\n",
        "é",
        "€",
        "😀",
        "\xff",
        "\x80",
        "\xe2\x82",
        std::string(9, 'x'),
        std::string("\0", 1),
        "\x1f",
        " ",
        "!",
        "#"};
    for (int i = 0; i < 2000; ++i) {
        std::string value;
        for (auto n = random() % 60; n > 0; --n) value += pieces[random() % std::size(pieces)];
        EXPECT_EQ(boost::json::parse(text_of(value)).as_string(), to_valid_utf8(value));
    }
}

TEST(ExecutionText, KeepsLongRunsOfOtherCharactersWhole) {
    for (const std::size_t shift : {0U, 1U, 2U, 3U}) {
        std::string value(shift, 'a');
        while (value.size() < 100'000) value += "😀";
        EXPECT_EQ(text_of(value), '"' + value + '"');
    }
    const std::string bad(50'000, '\x80');
    EXPECT_EQ(boost::json::parse(text_of(bad)).as_string(), to_valid_utf8(bad));
}

TEST(ExecutionText, CutsInAndBeforeTheBuffer) {
    test::MemoryOutput output;
    JsonText text(output);
    text.raw("12345");
    text.cut(3);
    text.raw(std::string(100'000, 'x'));
    EXPECT_EQ(text.size(), 100'003U);
    text.cut(4);
    text.raw("y");
    text.flush();
    EXPECT_EQ(output.text, "123xy");
}

TEST(ExecutionText, WritesNumbersThatReadTheSame) {
    for (const double value : {0.0, -1.5, 0.1, 1e300, 5e-324, 123456789.125}) {
        test::MemoryOutput output;
        JsonText text(output);
        text.number(value);
        text.flush();
        EXPECT_EQ(boost::json::parse(output.text).to_number<double>(), value) << output.text;
    }
}

}  // namespace
}  // namespace migrator::graphql
