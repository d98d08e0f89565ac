#include <gtest/gtest.h>

#include "script/scanner_lexes.hpp"

namespace migrator::script {
namespace {

using test::kServerLexis;
using test::texts;
using Texts = std::vector<std::string>;

std::string data_of(const std::string& text, const Statement& statement) {
    return text.substr(statement.data_begin, statement.data_end - statement.data_begin);
}

TEST(ScannerCopy, IsToldByItsDirectionAndTheClientsEnd) {
    const struct {
        const char* text;
        std::uint32_t traits;
    } cases[] = {
        {"copy t from stdin", kCopyFromStdin},
        {"COPY s.t (a, \"b c\") FROM STDIN WITH (FORMAT csv, HEADER)", kCopyFromStdin},
        {"copy binary t from stdin", kCopyFromStdin},
        {"copy t from /* here */ stdin where a > 1", kCopyFromStdin},
        {"copy t from stdout", kCopyFromStdin},
        {"copy s.from from stdin", kCopyFromStdin},
        {"copy s . to from stdin", kCopyFromStdin},
        {"copy \"to\" from stdin", kCopyFromStdin},
        {"copy t to stdout", kCopyToStdout},
        {"Copy t (a) To StdOut csv", kCopyToStdout},
        {"copy (select a from stdin) to stdout", kCopyToStdout},
        {"copy (select 'from stdin') to stdin", kCopyToStdout},
        {"copy t from '/tmp/stdin'", kNoTraits},
        {"copy t from 'stdin'", kNoTraits},
        {"copy t from program 'cat stdin'", kNoTraits},
        {"copy (select a from stdin) to '/tmp/x'", kNoTraits},
        {"copy \"from stdin\" to program 'x'", kNoTraits},
        {"select copy from stdin", kNoTraits},
        {"copying t from stdin", kNoTraits},
        {"copy", kNoTraits},
        {"copy t from", kNoTraits},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const Script script = scan(c.text, kServerLexis);
        ASSERT_EQ(script.statements.size(), 1U);
        EXPECT_EQ(script.statements[0].traits, c.traits);
        EXPECT_TRUE(script.sure);
        EXPECT_EQ(script.problem, "");
    }
}

TEST(ScannerCopy, DataBeginsBehindTheLineAndEndsBeforeItsMark) {
    const struct {
        const char* name;
        std::string text;
        Texts statements;
        Texts data;  ///< of the COPY statements, in order
    } cases[] = {
        {"in the middle",
         "a;\ncopy t from stdin;\n1\ta;b\n2\t'\n\\.\n\nb;",
         {"a", "copy t from stdin", "b"},
         {"1\ta;b\n2\t'\n"}},
        {"CRLF", "copy t from stdin;\r\n1\r\n\\.\r\nb;", {"copy t from stdin", "b"}, {"1\r\n"}},
        {"none", "copy t from stdin;\n\\.\nb;", {"copy t from stdin", "b"}, {""}},
        {"an empty line", "copy t from stdin;\n\n\\.\nb;", {"copy t from stdin", "b"}, {"\n"}},
        {"the mark has to be alone",
         "copy t from stdin;\n\\. \n x\\.\n\\..\n\\.\nb;",
         {"copy t from stdin", "b"},
         {"\\. \n x\\.\n\\..\n"}},
        {"mark at the end of the file",
         "copy t from stdin;\n1\n\\.",
         {"copy t from stdin"},
         {"1\n"}},
        {"no mark", "copy t from stdin;\n1\n2", {"copy t from stdin"}, {"1\n2"}},
        {"no mark, newline", "copy t from stdin;\n1\n2\n", {"copy t from stdin"}, {"1\n2\n"}},
        {"no data", "copy t from stdin;", {"copy t from stdin"}, {""}},
        {"no semicolon", "copy t from stdin", {"copy t from stdin"}, {""}},
        {"newline only", "copy t from stdin;\n", {"copy t from stdin"}, {""}},
        {"semicolon in the next line",
         "copy t from stdin\n; -- x\n1\n\\.\nb",
         {"copy t from stdin", "b"},
         {"1\n"}},
        {"comment in the line",
         "copy t from stdin; -- 'data'\n1\n\\.\nb",
         {"copy t from stdin", "b"},
         {"1\n"}},
        {"a statement in the line",
         "copy t from stdin; a; b;\n1\n\\.\nc",
         {"copy t from stdin", "a", "b", "c"},
         {"1\n"}},
        {"two in a line",
         "copy t from stdin; copy u from stdin;\n1\n\\.\n2\n\\.\nc",
         {"copy t from stdin", "copy u from stdin", "c"},
         {"1\n", "2\n"}},
        {"one after the other",
         "copy t from stdin;\n1\n\\.\ncopy u from stdin;\n2\n\\.\n",
         {"copy t from stdin", "copy u from stdin"},
         {"1\n", "2\n"}},
        {"to stdout has none", "copy t to stdout;\na;", {"copy t to stdout", "a"}, {}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const Script script = scan(c.text, kServerLexis);
        EXPECT_EQ(texts(c.text, script), c.statements);
        Texts data;
        for (const Statement& statement : script.statements) {
            EXPECT_EQ(statement.line, line_of(c.text, statement.begin));
            if ((statement.traits & kCopyFromStdin) != 0) {
                data.push_back(data_of(c.text, statement));
            } else {
                EXPECT_EQ(statement.data_begin, statement.data_end);
            }
        }
        EXPECT_EQ(data, c.data);
        EXPECT_TRUE(script.sure);
        EXPECT_EQ(script.problem, "");
    }
}

TEST(ScannerCopy, RefusesWhatGoesOnBehindTheData) {
    const char* const cases[] = {
        "a;\ncopy t from stdin; select\n1\n\\.\n2;",
        "a;\ncopy t from stdin; select '\n1\n\\.\n';",
        "a;\ncopy t from stdin; /* b\n1\n\\.\n*/ c;",
        "a;\ncopy t from stdin; copy u from stdin\n1\n\\.\n;",
    };
    for (const char* text : cases) {
        SCOPED_TRACE(text);
        EXPECT_EQ(
            scan(text, kServerLexis).problem,
            "line 2: a statement after COPY … FROM STDIN on the same line continues after the "
            "data; start it on a separate line"
        );
    }
}

TEST(ScannerPsql, LeavesOutWhatPgDumpWrites) {
    const std::string text =
        "-- dump\n\\restrict aB3\n\nselect 1;\r\n\\unrestrict aB3\r\nselect 2;\n\\restrict";
    const Script script = scan(text, kServerLexis);
    EXPECT_EQ(script.problem, "");
    EXPECT_TRUE(script.sure);
    EXPECT_EQ(texts(text, script), (Texts{"select 1", "select 2"}));
    Texts omitted;
    for (const Omission& o : script.omissions)
        omitted.push_back(text.substr(o.begin, o.end - o.begin));
    EXPECT_EQ(omitted, (Texts{"\\restrict aB3", "\\unrestrict aB3", "\\restrict"}));
}

TEST(ScannerPsql, RefusesOtherCommandsWithTheirLine) {
    const struct {
        const char* text;
        const char* command;
        int line;
    } cases[] = {
        {"\\d", "\\d", 1},
        {"select 1;\n\n  \\i other.sql\nselect 2;\n\\q", "\\i", 3},
        {"select 1; \\echo 'a", "\\echo", 1},
        {"\\restricted x", "\\restricted", 1},
        {"\\.\n", "\\.", 1},
        {"a;\n\\", "\\", 2},
        {"\\a\\b", "\\a", 1},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(
            scan(c.text, kServerLexis).problem,
            "psql command " + std::string(c.command) + " in line " + std::to_string(c.line) +
                ": migrator runs SQL, not psql commands; remove it"
        );
    }
}

TEST(ScannerPsql, LeavesABackslashInsideAStatementToTheServer) {
    for (const std::string text : {"select 1 \\gset; b", "select \\d; b", "select 1\n\\g\n; b"}) {
        SCOPED_TRACE(text);
        const Script script = scan(text, kServerLexis);
        EXPECT_EQ(script.problem, "");
        EXPECT_EQ(script.statements.size(), 2U);
    }
}

}  // namespace
}  // namespace migrator::script
