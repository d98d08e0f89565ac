#include "cli/style.hpp"

#include <gtest/gtest.h>

namespace migrator::cli {
namespace {

TEST(Style, PaintsOnlyWhenAsked) {
    EXPECT_EQ(Style(false).bad("x"), "x");
    EXPECT_EQ(Style(true).bad("x"), "\x1b[1;31mx\x1b[0m");
}

TEST(Style, PrintableWritesControlCharactersOut) {
    const struct {
        const char* name;
        std::string text;
        std::string expected;
    } cases[] = {
        {"plain", "naïve → x", "naïve → x"},
        {"lines and tabs stay", "a\n\tb", "a\n\tb"},
        {"escape", "\x1b[31m", "\\x1b[31m"},
        {"C1",
         "\xC2\x9B"
         "31m",
         "\\x9b31m"},
        {"no-break space is no control", "\xC2\xA0", "\xC2\xA0"},
        {"carriage return, delete", "a\rb\x7F", "a\\x0db\\x7f"},
        {"not UTF-8", "a\xFF", "a\xEF\xBF\xBD"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(printable(c.text), c.expected);
    }
}

TEST(Style, QuotesForTheShellWhereNeeded) {
    EXPECT_EQ(shell_quoted("/a/b-1_2.sql"), "/a/b-1_2.sql");
    EXPECT_EQ(shell_quoted("/a b.sql"), "'/a b.sql'");
    EXPECT_EQ(shell_quoted("it's; rm -rf $HOME"), "'it'\\''s; rm -rf $HOME'");
    EXPECT_EQ(shell_quoted(""), "''");
}

TEST(Style, HangingIndentsAllLinesButTheFirst) {
    EXPECT_EQ(hanging("a\nb\nc\n\n", "  "), "a\n  b\n  c");
}

}  // namespace
}  // namespace migrator::cli
