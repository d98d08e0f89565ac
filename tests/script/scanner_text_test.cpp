#include <gtest/gtest.h>

#include "script/script.hpp"

namespace migrator::script {
namespace {

std::string excerpt_of(std::string_view text, std::size_t length = 60) {
    Statement statement;
    statement.end = static_cast<std::uint32_t>(text.size());
    return excerpt(text, statement, length);
}

TEST(LineOf, CountsFromOne) {
    const std::string text = "a\nb\r\n\nc";
    const std::uint32_t lines[] = {1, 1, 2, 2, 2, 3, 4, 4, 4, 4};
    for (std::size_t offset = 0; offset < 10; ++offset) {
        EXPECT_EQ(line_of(text, offset), lines[offset]) << offset;
    }
}

TEST(Excerpt, IsOneLineOfLimitedLength) {
    const struct {
        const char* name;
        std::string text;
        std::size_t length;
        const char* excerpt;
    } cases[] = {
        {"short", "select 1", 60, "select 1"},
        {"blanks", "create\r\n\ttable  t\n(\n a int)", 60, "create table t ( a int)"},
        {"cut", "create index concurrently i on t", 12, "create index…"},
        {"just fits", "create index", 12, "create index"},
        {"characters, not bytes", "éééé", 3, "ééé…"},
        {"characters, all", "éééé", 4, "éééé"},
        {"not UTF-8", "a \xFF", 60, "a \uFFFD"},
        {"a value may be a password",
         "alter role a password 'secret'",
         60,
         "alter role a password …"},
        {"a body", "do $$ begin end $$", 60, "do …"},
        {"a control character", "a\x01\x7F b", 60, "a b"},
        {"empty", "", 60, ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(excerpt_of(c.text, c.length), c.excerpt);
    }
    EXPECT_LT(excerpt_of(std::string(1 << 20, 'x')).size(), 70U);
}

TEST(Excerpt, IsOfTheStatementOnly) {
    Statement statement;
    statement.begin = 3;
    statement.end = 11;
    EXPECT_EQ(excerpt("a; select 1; b", statement), "select 1");
    statement.end = 400;
    EXPECT_EQ(excerpt("a; select 1", statement), "select 1");
}

TEST(ReplacePlaceholder, ReplacesEachOccurrence) {
    const struct {
        const char* name;
        const char* contents;
        const char* placeholder;
        const char* replaced;
    } cases[] = {
        {"none", "select 1", "{schema}", "select 1"},
        {"one", "create table {schema}.t", "{schema}", "create table abc.t"},
        {"many", "{schema}{schema} {schema}", "{schema}", "abcabc abc"},
        {"only it", "{schema}", "{schema}", "abc"},
        {"case counts", "{Schema}", "{schema}", "{Schema}"},
        {"overlapping", "aaa", "aa", "abca"},
        {"in quotes too", "'{schema}' -- {schema}", "{schema}", "'abc' -- abc"},
        {"an empty placeholder", "a", "", "a"},
        {"empty", "", "{schema}", ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(replace_placeholder(c.contents, c.placeholder, "abc"), c.replaced);
    }
    // What was put in is not looked at again.
    EXPECT_EQ(replace_placeholder("<x>", "x", "xx"), "<xx>");
}

}  // namespace
}  // namespace migrator::script
