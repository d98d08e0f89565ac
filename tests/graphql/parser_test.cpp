#include "graphql/parser.hpp"

#include <gtest/gtest.h>

#include <random>

namespace migrator::graphql::test {
namespace {

std::string error_of(std::string_view text) {
    const auto parsed = parse(text);
    const auto* error = std::get_if<RequestError>(&parsed);
    if (error == nullptr) return "";
    const Location at = error->locations.at(0);
    return std::to_string(at.line) + ":" + std::to_string(at.column) + " " + error->message;
}

TEST(Parser, RefusesWhatIsNotUtf8WhereItBegins) {
    const std::string message = "Syntax Error: Invalid character: the document is not UTF-8.";
    const struct {
        std::string text;
        std::string at;
    } cases[] = {
        {"\x80", "1:1"},
        {"{ a \xFF }", "1:5"},
        {"{ \xC3", "1:3"},
        {"{ a(b: \"\xED\xA0\x80\") }", "1:9"},
        {"# \xC3\xA4\xF0\x9F\x98\x80\xC0\xAF", "1:6"},
        {"{\r\n a\r\n\xF5 }", "3:1"},
        {"{\r \n \"\"\"\n\xE2\x82\"\"\" }", "4:1"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(error_of(c.text), c.at + " " + message);
    }
}

TEST(Parser, SaysWhatItExpectedAndWhatItFound) {
    EXPECT_EQ(error_of("{ a(b: 1 }"), "1:10 Syntax Error: Expected Name, found \"}\".");
    EXPECT_EQ(error_of("{ ...on T"), "1:10 Syntax Error: Expected \"{\", found <EOF>.");
    EXPECT_EQ(error_of(""), "1:1 Syntax Error: Unexpected <EOF>.");
}

TEST(Parser, TakesAnyBytes) {
    std::mt19937 random(7);
    for (int i = 0; i < 20'000; ++i) {
        std::string text = i % 2 == 0 ? "{ a(b: \"" : "";
        for (auto length = random() % 24; length > 0; --length) {
            constexpr std::string_view kBytes = "{}()[]:!$@|&=.\"\\#u\n\r ,a1-\xC3\xA4\xF0\xFF";
            const bool any = random() % 4 == 0;
            text += any ? static_cast<char>(random()) : kBytes[random() % kBytes.size()];
        }
        const auto parsed = parse(text);
        if (const auto* error = std::get_if<RequestError>(&parsed)) {
            EXPECT_TRUE(error->message.starts_with("Syntax Error: ")) << text;
            EXPECT_EQ(error->locations.size(), 1U) << text;
        }
    }
}

TEST(Parser, KeepsBlockStringsValue) {
    const auto parsed = parse("{ a(b: \"\"\"\n    one\n      two\n\n    three\n  \"\"\") }");
    const auto& operation =
        std::get<ast::Operation>(std::get<ast::Document>(parsed).definitions[0]);
    const auto& field = std::get<ast::Field>(operation.selection_set.selections[0]);
    EXPECT_EQ(field.arguments[0].value.text, "one\n  two\n\nthree");
    EXPECT_TRUE(field.arguments[0].value.block);
}

}  // namespace
}  // namespace migrator::graphql::test
