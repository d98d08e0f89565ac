#include "script/checks.hpp"

#include <gtest/gtest.h>

#include "script/part.hpp"
#include "script/scanner_lexes.hpp"

namespace migrator::script {
namespace {

using Texts = std::vector<std::string>;

/// "LINE: STATEMENT" of each check.
Texts checks_in(std::string_view text, const Script& script) {
    Texts found;
    for (const Check& check : script.checks) {
        found.push_back(
            std::to_string(check.line) + ": " +
            check_statement(text.substr(check.begin, check.end - check.begin))
        );
    }
    return found;
}

TEST(Checks, AreFoundBetweenStatements) {
    const struct {
        const char* name;
        std::string text;
        Texts checks;
    } cases[] = {
        {"one line", "-- migrator:check select true\ncreate table t (a int);", {"1: select true"}},
        {"with its end", "-- migrator:check select true; \n\nselect 1", {"1: select true"}},
        {"several",
         "-- About it.\n-- migrator:check select 1\n-- migrator:check select 2;\nselect 3",
         {"2: select 1", "3: select 2"}},
        {"over lines, up to its end",
         "-- migrator:check select count(*) = 0\n--   from t\n  --where a;\n-- b\nselect 1",
         {"1: select count(*) = 0\nfrom t\nwhere a"}},
        {"carriage returns", "-- migrator:check select\r\n-- 1;\r\nselect 1", {"1: select\n1"}},
        {"behind a statement",
         "create table t (a int); -- migrator:check select 1\nselect 2;",
         {"1: select 1"}},
        {"at the end", "select 1;\n-- migrator:check select 2", {"2: select 2"}},
        {"without blanks", "--migrator:check select 1\nselect 2", {"1: select 1"}},
        {"a blank line ends it",
         "-- migrator:check select 1\n\n-- about t\nselect 2",
         {"1: select 1"}},
        {"not in a string", "select '\n-- migrator:check select 1\n'", {}},
        {"not in a body", "do $$\n-- migrator:check select 1\n$$", {}},
        {"not in the middle of a comment", "-- See migrator:check select 1\nselect 1", {}},
        {"another marker", "-- migrator:no-transaction\nselect 1", {}},
        {"nothing else", "-- migrator:check select 1", {"1: select 1"}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const Script script = scan(c.text, test::kServerLexis);
        EXPECT_EQ(script.problem, "");
        EXPECT_EQ(checks_in(c.text, script), c.checks);
    }
}

TEST(Checks, ThatAreNoneAreRefused) {
    const struct {
        const char* name;
        std::string text;
        const char* problem;
    } cases[] = {
        {"misspelt", "\n-- migrator:chekc select 1\nselect 1", "line 2: a check begins with"},
        {"plural", "-- migrator:checks select 1\nselect 1", "a check begins with"},
        {"capitals", "-- Migrator:Check select 1\nselect 1", "a check begins with"},
        {"a blank too many", "-- migrator: check select 1\nselect 1", "a check begins with"},
        {"no blank", "-- migrator:check: select 1\nselect 1", "a check begins with"},
        {"another comment", "/* migrator:check select 1 */ select 1", "a check begins with"},
        {"inside a statement", "select\n-- migrator:check select 1\n1", "inside a statement"},
        {"no end", "-- migrator:check select 1\n-- from t\nselect 1", "end it with ';'"},
        {"no end before another",
         "-- migrator:check select 1\n-- from t\n-- migrator:check select 2;\nselect 1",
         "line 1: it is not clear"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_NE(scan(c.text, test::kServerLexis).problem.find(c.problem), std::string::npos)
            << scan(c.text, test::kServerLexis).problem;
    }
}

TEST(Checks, AreFoundByPiecesToo) {
    std::string text = "-- migrator:check select 0;\n";
    for (int i = 1; i < 40; ++i) {
        text += "select " + std::to_string(i) + ";\n-- migrator:check select\n-- 1;\n";
    }
    const auto by_pieces = scan_parts(Text(text), test::kServerLexis, true, 50);
    ASSERT_TRUE(by_pieces);
    const Texts whole = checks_in(text, scan(text, test::kServerLexis));
    EXPECT_EQ(whole.size(), 40U);
    EXPECT_EQ(whole.at(2), "6: select\n1");
    EXPECT_EQ(checks_in(text, *by_pieces), whole);
}

TEST(Checks, OnlyRead) {
    const struct {
        const char* statement;
        const char* problem;
    } cases[] = {
        {"select 1", ""},
        {"(select 1) union (select 2)", ""},
        {"with a as (select 1) select * from a", ""},
        {"values (1)", ""},
        {"select 'delete; from' from t", ""},
        {"select t.update, \"delete\" from t", ""},
        {"", "empty"},
        {"()", "a check begins with"},
        {"select 1; select 2", "single statement"},
        {"select 'a", "single statement"},
        {"delete from t", "begins with SELECT"},
        {"create table t (a int)", "begins with SELECT"},
        {"explain select 1", "begins with SELECT"},
        {"with a as (delete from t returning 1) select 1", "delete is not allowed"},
        {"select 1 INTO u from t", "INTO is not allowed"},
        {"select 1 from t for update", "update is not allowed"},
        {"select 1 drop table t", "drop is not allowed"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.statement);
        const std::string problem = check_problem(c.statement, test::kServerLexis);
        EXPECT_EQ(problem.empty(), std::string_view(c.problem).empty()) << problem;
        EXPECT_NE(problem.find(c.problem), std::string::npos) << problem;
    }
}

}  // namespace
}  // namespace migrator::script
