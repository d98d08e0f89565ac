#include "db/sqlite/lexis.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/freed_by.hpp"
#include "script/characters.hpp"
#include "script/script.hpp"

namespace migrator::db::sqlite {
namespace {

using namespace script;  // NOLINT(google-build-using-namespace): the traits
using Handle = std::unique_ptr<sqlite3, FreedBy<sqlite3_close>>;
using Prepared = std::unique_ptr<sqlite3_stmt, FreedBy<sqlite3_finalize>>;

const char* const kScripts[] = {
    "",
    ";",
    " ;; \n;\t;\r\n ; ",
    "-- only a comment",
    "/* only a comment; */",
    "select 1",
    "select 1; -- done",
    "select 1; /* never closed",
    "select 1; /* never closed *",
    "select 1 /* never closed;",
    "select 1 -- no semicolon;",
    "select 1;\r\nselect 2;\r\n",
    "select 1; -- a;\rselect 2;\nselect 3",
    "select 1 /* /* ; */; select 2",
    "select 1 /*/ ; */; select 2 /**/;/***/ select 3",
    "select 1--;\n+2; select 3- -1; select 4",
    "select 'a;b', 'a'';', ''''; select ''",
    "select '\\'; select 'a\\', ';'; select 3",
    "select \"a;\", \"a\"\";\" from (select 1 as \"a;\", 2 as \"a\"\";\"); select 2",
    "select `a;`, `a``;` from (select 1 as `a;`, 2 as `a``;`); select 2",
    "select [a;'] from (select 1 as [a;']); select 2",
    "select x'1F', X'00'; select 1e5, .5, 5., 0x1F; select 3",
    "select $a, :b, @c, ?1, ?; select 2",
    "select 1 as a$b, 2 as _c, 3 as é; select 2",
    "select '{\"a\":1}' -> '$.a;', '{}' ->> '$.b'; select 2",
    "select '-- ;', '/* ;', '*/'; select \"--\", \"/*\" from (select 1 as \"--\", 2 as \"/*\")",
    "select ((1)), (select ';'); select (2)",
    "create table t (a int, b text default ';'); insert into t values (1, ';'); drop table t",
    "create table t (a); create trigger x after insert on t begin select 1; select ';'; end; "
    "select "
    "2",
    "create table t (a); create temp trigger x after update of a on t for each row when case new.a "
    "when 1 then 1 end begin update t set a = case a when 1 then 2 else 3 end; delete from t; end; "
    "select 2",
    "create table t (a); create temporary trigger if not exists x before delete on t begin select "
    "1 /* ; */; -- end;\n insert into t values (';'); end -- ;\n; select 2",
    "create table t (a); CREATE TRIGGER begin AFTER INSERT ON t BEGIN SELECT 1; END; SELECT 2;",
    "create table t (\"end\"); create trigger x after insert on t begin select \"end\" from t; "
    "select [end] from t; end; select 2",
    "create table t (a); create trigger x after insert on t begin with c as (select 1) select * "
    "from c; replace into t values (1); end; drop trigger x",
    "create table t (a); explain create trigger x after insert on t begin select 1; end; select 2",
    "create table t (a); explain query plan create trigger x after insert on t begin select 1; "
    "end; select 2",
    "create view v as select 1 as begin, 2 as \"end\"; select begin from v; select 2",
    "begin; create table t (a); commit; begin immediate transaction; end transaction",
    "savepoint a; release savepoint a; begin exclusive; rollback",
    "pragma foreign_keys = on; pragma user_version; vacuum; analyze; reindex",
    "with recursive c(x) as (values (1) union all select x + 1 from c where x < 3) select * from "
    "c; "
    "values (1), (2); select 3",
    "create table t (a int generated always as (1;));",
};

/// The statements of `text` as SQLite takes them one by one, each one run. `ok`: all were taken.
std::vector<std::string> run(const std::string& text, bool& ok) {
    sqlite3* opened = nullptr;
    EXPECT_EQ(sqlite3_open(":memory:", &opened), SQLITE_OK);
    const Handle handle(opened);
    std::vector<std::string> statements;
    for (const char* rest = text.c_str(); *rest != '\0';) {
        const char* tail = nullptr;
        sqlite3_stmt* raw = nullptr;
        const int status = sqlite3_prepare_v2(handle.get(), rest, -1, &raw, &tail);
        const Prepared statement(raw);
        ok = ok && status == SQLITE_OK;
        if (status != SQLITE_OK) return statements;
        if (statement) {
            statements.emplace_back(rest, tail);
            while (sqlite3_step(statement.get()) == SQLITE_ROW) {
            }
        }
        rest = tail;
    }
    return statements;
}

/// Whether each statement that the scanner found lies in the one that SQLite took, with nothing
/// but blanks and comments around it.
bool compare(const std::string& text) {
    SCOPED_TRACE(text);
    bool ok = true;
    const std::vector<std::string> taken = run(text, ok);
    const Script script = scan(text, kSqliteLexis);
    if (!ok) {
        EXPECT_LE(taken.size(), script.statements.size());
        return false;
    }
    EXPECT_TRUE(script.sure);
    EXPECT_EQ(script.problem, "");
    EXPECT_EQ(script.statements.size(), taken.size());
    for (std::size_t i = 0; i < std::min(script.statements.size(), taken.size()); ++i) {
        const Statement& s = script.statements[i];
        const std::string one = text.substr(s.begin, s.end - s.begin);
        EXPECT_NE(taken[i].find(one), std::string::npos) << one << "\nnot in\n" << taken[i];
        EXPECT_EQ(sqlite3_complete((one + "\n;").c_str()), 1) << one;
        EXPECT_FALSE(is_space(one.front()) || is_space(one.back()) || one.back() == ';') << one;
    }
    return true;
}

TEST(SqliteLexis, FindsTheStatementsThatSqliteTakes) {
    std::size_t taken = 0;
    for (const char* text : kScripts) taken += compare(text) ? 1 : 0;
    EXPECT_GE(taken, std::size(kScripts) - 1);  // one is wrong on purpose
}

TEST(SqliteLexis, FindsTheStatementsOfRandomScripts) {
    const std::vector<std::string> blanks = {
        " ", "\n", "\r\n", "/* ; */", "-- ;\n", "/*/ ' */", "--'\r\n", "/* /* */"};
    const std::vector<std::string> values = {
        "1",
        "';'",
        "''''",
        "\"a;\"",
        "[b;]",
        "`c;`",
        "x'01'",
        "'\\'",
        "(2)",
        "1.5",
        "- -1",
        "2*/*;*/3",
        "case when 1 then 2 end",
        "(select ';')",
        "[end]",
        "'--'",
        "\"d\"\"'\""};
    const std::string table =
        "(select 1 as [a;], 2 as [b;], 3 as [c;], 4 as [end], 5 as \"d\"\"'\")";
    std::mt19937 random(5);
    const auto any = [&](const auto& list) { return list[random() % list.size()]; };
    const auto query = [&] {
        return "select" + any(blanks) + any(values) + any(blanks) + "," + any(values) +
               any(blanks) + "from " + table;
    };
    std::size_t taken = 0;
    for (int i = 0; i < 500; ++i) {
        std::string text = "create table t (a);" + any(blanks);
        for (std::size_t count = random() % 5; count > 0; --count) {
            if (random() % 4 == 0) {
                text += "create temp" + any(blanks) + "trigger t" + std::to_string(count) +
                        " after insert on t" + any(blanks) + "begin" + any(blanks) + query() + ";" +
                        any(blanks) + query() + ";" + any(blanks) + "end";
            } else {
                text += query();
            }
            text += any(blanks) + ";" + any(blanks);
        }
        taken += compare(text) ? 1 : 0;
    }
    EXPECT_EQ(taken, 500U);
}

TEST(SqliteLexis, ReadsEveryBeginningOfAScript) {
    for (const std::string text : kScripts) {
        SCOPED_TRACE(text);
        for (std::size_t length = 0; length <= text.size(); ++length) {
            const std::vector<char> part(text.begin(), text.begin() + static_cast<long>(length));
            const Script script = scan({part.data(), part.size()}, kSqliteLexis);
            std::uint32_t end = 0;
            for (const Statement& s : script.statements) {
                ASSERT_TRUE(s.begin >= end && s.begin < s.end && s.end <= length);
                end = s.end;
            }
        }
    }
}

TEST(SqliteLexis, KnowsWhatStatementsDo) {
    constexpr std::uint32_t kOpens = kTransactionControl | kOpensTransaction;
    constexpr std::uint32_t kCloses = kTransactionControl | kClosesTransaction;
    const struct {
        const char* text;
        std::uint32_t traits;
    } cases[] = {
        {"begin", kOpens},
        {"BEGIN TRANSACTION", kOpens},
        {"begin deferred", kOpens},
        {"begin immediate transaction", kOpens},
        {"begin exclusive", kOpens},
        {"commit", kCloses},
        {"commit transaction", kCloses},
        {"end", kCloses},
        {"end transaction", kCloses},
        {"rollback", kTransactionControl},
        {"rollback to a", kTransactionControl},
        {"savepoint a", kTransactionControl},
        {"release a", kTransactionControl},
        {"vacuum", kRefusesTransaction},
        {"vacuum main into 'x'", kRefusesTransaction},
        {"attach 'x' as y", kForbidden},
        {"attach database 'x' as y", kForbidden},
        {"detach y", kForbidden},
        {"pragma foreign_keys = off", kChangesSession},
        {"pragma page_size", kChangesSession},
        {"pragma recursive_triggers = on", kChangesSession},
        {"create temp table a (b)", kChangesSession | kMakesTemporary},
        {"create table temp.a (b)", kChangesSession | kMakesTemporary},
        {"insert into a values (last_insert_rowid())", kReadsKeys},
        {"select changes()", kReadsKeys},
        {"create schema a", kCreatesSchema},
        {"create table a (b)", kNoTraits},
        {"set a = b", kNoTraits},
        {"select set_config('a', 'b', 1)", kNoTraits},
        {"copy t from stdin", kNoTraits},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const Script script = scan(c.text, kSqliteLexis);
        ASSERT_EQ(script.statements.size(), 1U);
        EXPECT_EQ(script.statements[0].traits, c.traits);
    }
    EXPECT_TRUE(scan("begin immediate; select 1; commit transaction;", kSqliteLexis).wrapped);
}

}  // namespace
}  // namespace migrator::db::sqlite
