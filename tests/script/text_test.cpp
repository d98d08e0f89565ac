#include "script/text.hpp"

#include <gtest/gtest.h>

#include <random>

#include "script/part.hpp"
#include "script/scanner_lexes.hpp"

namespace migrator::script {
namespace {

using test::kServerLexis;
using Texts = std::vector<std::string>;

/// Texts drawn from pieces; the same ones each time.
class Drawer {
public:
    explicit Drawer(Texts pieces) : pieces_(std::move(pieces)) {}

    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
    }
    std::string text(std::size_t most) {
        std::string text;
        for (std::size_t i = below(most + 1); i > 0; --i) text += pieces_[below(pieces_.size())];
        return text;
    }

private:
    Texts pieces_;
    std::mt19937 random_{11};  // NOLINT(bugprone-random-generator-seed): as said
};

std::string given(const Text& text, std::size_t begin, std::size_t end) {
    std::string all;
    text.give(begin, end, [&](std::string_view piece) {
        all += piece;
        return true;
    });
    return all;
}

TEST(Text, IsTheSameInPiecesAndAsAWhole) {
    Drawer drawer({"{s}", "{s}{s}", "{", "}", "s}", "a", "\n", "text "});
    for (const std::string schema : {"", "x", "abc", "a_longer_name"}) {
        for (int round = 0; round < 200; ++round) {
            const std::string contents = drawer.text(8);
            const std::string expected = replace_placeholder(contents, "{s}", schema);
            SCOPED_TRACE(contents + " for " + schema);
            for (const Text& text :
                 {Text::in_pieces(contents, "{s}", schema),
                  Text::replaced(contents, "{s}", schema)}) {
                ASSERT_EQ(text.size(), expected.size());
                for (std::size_t begin = 0; begin <= expected.size(); ++begin) {
                    ASSERT_EQ(text.line_of(begin), line_of(expected, begin));
                    for (std::size_t end = begin; end <= expected.size() + 1; ++end) {
                        ASSERT_EQ(text.piece(begin, end), expected.substr(begin, end - begin))
                            << begin << " to " << end;
                    }
                }
                ASSERT_EQ(given(text, 0, text.size()), expected);
                ASSERT_EQ(text.whole(), expected);
            }
        }
    }
}

TEST(Text, IsGivenInPiecesUntilNoMoreAreWanted) {
    std::string contents;
    for (int i = 0; i < 50'000; ++i) contents += "{s} is a schema\n";
    const Text text = Text::in_pieces(contents, "{s}", "tenant");
    EXPECT_FALSE(text.is_whole());
    EXPECT_EQ(given(text, 7, text.size() - 7), text.whole().substr(7, text.size() - 14));
    int pieces = 0;
    text.give(0, text.size(), [&](std::string_view) { return ++pieces < 3; });
    EXPECT_EQ(pieces, 3);
}

TEST(Text, IsHeldOnceWhereNothingIsReplaced) {
    const std::string contents = "select 1";
    for (const std::string placeholder : {"", "{s}"}) {
        EXPECT_EQ(Text::in_pieces(contents, placeholder, "a").whole().data(), contents.data());
        EXPECT_EQ(Text::replaced(contents, placeholder, "a").whole().data(), contents.data());
    }
}

void expect_same(const Script& a, const Script& b) {
    ASSERT_EQ(a.statements.size(), b.statements.size());
    for (std::size_t i = 0; i < a.statements.size(); ++i) {
        SCOPED_TRACE(i);
        const Statement& x = a.statements[i];
        const Statement& y = b.statements[i];
        ASSERT_EQ(x.begin, y.begin);
        ASSERT_EQ(x.end, y.end);
        ASSERT_EQ(x.behind, y.behind);
        ASSERT_EQ(x.line, y.line);
        ASSERT_EQ(x.traits, y.traits);
        ASSERT_EQ(x.data_begin, y.data_begin);
        ASSERT_EQ(x.data_end, y.data_end);
    }
    ASSERT_EQ(a.omissions.size(), b.omissions.size());
    for (std::size_t i = 0; i < a.omissions.size(); ++i) {
        ASSERT_EQ(a.omissions[i].begin, b.omissions[i].begin);
        ASSERT_EQ(a.omissions[i].end, b.omissions[i].end);
    }
    ASSERT_EQ(a.traits, b.traits);
    ASSERT_EQ(a.no_transaction_marker, b.no_transaction_marker);
    ASSERT_EQ(a.sure, b.sure);
    ASSERT_EQ(a.open_line, b.open_line);
    ASSERT_EQ(a.problem, b.problem);
    ASSERT_EQ(a.wrapped, b.wrapped);
    ASSERT_EQ(a.standard_conforming_strings, b.standard_conforming_strings);
}

/// Whatever the window cuts off, the parts tell what the whole tells, or say that they can't.
TEST(ScanInPieces, FindsWhatAScanOfTheWholeFinds) {
    Drawer drawer(
        {"{s}",
         "{s}.t",
         "'{s}'",
         "\"{s}\"",
         "${s}$",
         "$$",
         "$a$",
         "'",
         "''",
         "'a;'",
         "'a'",
         "\"",
         "E'\\'",
         "e'\\\\'",
         "U&'\\'",
         "--",
         "-- ;\n",
         "--\r",
         "/*",
         "*/",
         "/* ; */",
         ";",
         ";",
         "; ",
         ";\n",
         ";\n",
         "\n",
         "\n",
         "\r\n",
         " ",
         " ",
         "(",
         ")",
         "begin",
         "begin;",
         "commit;",
         "rollback;",
         "atomic",
         "end",
         "create function f() ",
         "set standard_conforming_strings = off;",
         "set standard_conforming_strings = on;\n",
         "reset standard_conforming_strings;",
         "copy x from stdin;",
         "copy x from stdin;\n",
         "copy {s}.t from stdin;\n1\t2\n{s}\n\\.\n",
         "1\t2\n",
         "\\.\n",
         "\\.\r\n",
         "\\.",
         "\n\\.\n",
         "\\restrict a\n",
         "\\unrestrict a",
         "\\d\n",
         "-- migrator:no-transaction\n",
         "/* migrator:no-transaction */",
         "\xC3\xA9",
         "\xC3",
         "select 1",
         "insert into {s}.t values (1, 'a');\n",
         "x"}
    );
    int certain = 0;
    int several = 0;
    for (int round = 0; round < 40'000; ++round) {
        const std::string contents = drawer.text(14);
        const Text text = Text::in_pieces(contents, "{s}", round % 2 == 0 ? "tenant_1" : "a");
        const bool setting = round % 3 != 0;
        const Script whole = scan(text.whole(), kServerLexis, setting);
        const std::size_t window = 1 + drawer.below(40);
        const auto parts = scan_parts(text, kServerLexis, setting, window);
        SCOPED_TRACE(contents);
        SCOPED_TRACE(window);
        expect_same(scan_in_pieces(text, kServerLexis, setting), whole);
        if (!parts) continue;
        expect_same(*parts, whole);
        if (HasFatalFailure()) return;
        ++certain;
        if (whole.statements.size() > 2 && text.size() > 2 * window) ++several;
    }
    EXPECT_GT(certain, 4'000);
    EXPECT_GT(several, 1'000);
}

TEST(ScanInPieces, LeavesWhatIsNotCertainToALookAtTheWhole) {
    const struct {
        const char* name;
        const char* contents;
        bool certain;
    } cases[] = {
        {"statements", "select {s}; select 2; select 3", true},
        {"a wrapped script", "begin; select {s}; commit;", true},
        {"an open quote", "select {s}; select 'a; select 3", false},
        {"invalid UTF-8", "select {s}; select '\xFF'; select 3", false},
        {"invalid UTF-8 in data", "copy {s} from stdin;\n1\n\xFF\n2\n\\.\n", false},
        {"a psql command", "select {s};\n\\d\nselect 3", false},
        {"two COPYs in a line",
         "copy {s} from stdin; copy b from "
         "stdin;\n1\n2\n3\n4\n5\n6\n7\n8\n9\n1\n2\n3\n4\n\\.\n2\n\\.\n",
         false},
        {"data without an end", "copy {s} from stdin;\n1\n2\n", true},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const Text text = Text::in_pieces(c.contents, "{s}", "tenant");
        EXPECT_EQ(scan_parts(text, kServerLexis, true, 4).has_value(), c.certain);
    }
    const Text text = Text::in_pieces("select {s}; select 2", "{s}", "tenant");
    EXPECT_FALSE(scan_parts(text, test::kFileLexis, true, 4));
}

TEST(ScanInPieces, DoesNotMakeTheWholeOfALargeScript) {
    std::string contents = "copy {s}.t from stdin;\n";
    for (int i = 0; i < 100'000; ++i) contents += std::to_string(i) + "\tof {s}\n";
    contents += "\\.\n";
    for (int i = 0; i < 50'000; ++i) contents += "insert into {s}.t values (1, '{s}');\n";
    const Text text = Text::in_pieces(contents, "{s}", "tenant");
    const auto parts = scan_parts(text, kServerLexis, true, 65'536);
    ASSERT_TRUE(parts);
    expect_same(*parts, scan(text.whole(), kServerLexis));
}

}  // namespace
}  // namespace migrator::script
