#include "db/sqlserver/script_scan.hpp"

#include <gtest/gtest.h>

#include "db/sqlserver/dialect.hpp"

namespace migrator::db::sqlserver {
namespace {

using enum script::Trait;

script::Script scanned(std::string_view text) {
    return sqlserver::scan(text, dialect().lexis, true);
}

/// "LINE:TEXT" of each place with one of `traits`.
std::vector<std::string> places(std::string_view text, std::uint32_t traits) {
    std::vector<std::string> result;
    for (const script::Statement& statement : scanned(text).statements) {
        if ((statement.traits & traits) == 0) continue;
        result.push_back(
            std::to_string(statement.line) + ":" +
            std::string(text.substr(statement.begin, statement.end - statement.begin))
        );
    }
    return result;
}

using Places = std::vector<std::string>;

TEST(Scan, FindsTransactionControl) {
    const struct {
        const char* text;
        Places places;
    } cases[] = {
        {"begin tran", {"1:begin tran"}},
        {"select 1\nBEGIN TRANSACTION x\nselect 2", {"2:BEGIN TRANSACTION x"}},
        {"begin distributed tran", {"1:begin distributed tran"}},
        {"commit; rollback tran x;", {"1:commit", "1:rollback tran x"}},
        {"insert t values (1) commit", {"1:commit"}},
        {"save tran a\nsave transaction b", {"1:save tran a", "2:save transaction b"}},
        {"if 1 = 1 rollback", {"1:rollback"}},
        {"begin try begin tran end try begin catch rollback end catch",
         {"1:begin tran end try begin catch rollback end catch", "1:rollback end catch"}},
        // blocks, names, texts
        {"begin select 1 end", {}},
        {"begin try select 1 end try begin catch throw end catch", {}},
        {"begin dialog conversation @d from service s to service 't'", {}},
        {"select [commit], \"rollback\", 'commit', t.commit, @commit, #commit, @@trancount", {}},
        {"-- commit\n/* rollback */ select 1", {}},
        {"set transaction isolation level snapshot", {}},
        {"declare @tran int", {}},
        // what a procedure will do is its own affair
        {"create procedure p as begin tran; commit", {}},
        {"create or alter trigger t on x after insert as rollback", {}},
        {"alter proc p as commit\nGO\ncommit", {"3:commit"}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(places(c.text, kTransactionControl), c.places);
    }
}

TEST(Scan, KnowsAHarmlessWrapper) {
    const struct {
        const char* text;
        const char* sent;  ///< empty: no wrapper
    } cases[] = {
        {"begin tran\nselect 1\ncommit", "          \nselect 1\n      "},
        {"-- x\nBEGIN TRANSACTION;\nselect 1;\nCOMMIT TRANSACTION;\n",
         "-- x\n                  \nselect 1;\n                   \n"},
        {"begin tran;select 1;commit work", "           select 1;           "},
        {"begin tran\nGO\nselect 1\nGO\ncommit\nGO\n",
         "          \nGO\nselect 1\nGO\n      \nGO\n"},
        {"begin tran x\nselect 1\ncommit tran x", ""},
        {"begin tran select 1 commit", ""},
        {"begin tran\nselect 1\nrollback", ""},
        {"begin tran\ncommit\nselect 1", ""},
        {"select 1\nbegin tran\nselect 1\ncommit", ""},
        {"begin tran\nselect 1\ncommit\nbegin tran\ncommit", ""},
        {"begin tran\nsave tran x\ncommit", ""},
        {"begin\nselect 1\nend", ""},
        {"begin tran\ncommit\nGO\ncreate procedure p as begin tran select 1 commit", ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const script::Script script = scanned(c.text);
        EXPECT_EQ(script.wrapped, std::string(c.sent) != "");
        std::string sent = c.text;
        for (const script::Omission& omission : script.omissions) {
            for (std::size_t i = omission.begin; i < omission.end; ++i) sent[i] = ' ';
        }
        if (script.wrapped) {
            EXPECT_EQ(sent, c.sent);
        }
    }
}

TEST(Scan, FindsWhatRefusesATransaction) {
    const struct {
        const char* text;
        Places places;
    } cases[] = {
        {"create database x", {"1:create database x"}},
        {"alter database x set recovery simple", {"1:alter database x set recovery simple"}},
        {"drop database x;select 1", {"1:drop database x"}},
        {"backup log x to disk = 'y'", {"1:backup log x to disk = 'y'"}},
        {"exec sp_configure 'a', 1\nreconfigure", {"2:reconfigure"}},
        {"create fulltext index on t (c)", {"1:create fulltext index on t (c)"}},
        {"kill 53", {"1:kill 53"}},
        {"alter database scoped configuration set maxdop = 1", {}},
        {"create database audit specification s", {}},
        {"grant create database to x", {}},
        {"grant select, backup database to x", {}},
        {"create table [database] (a int)", {}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(places(c.text, kRefusesTransaction), c.places);
    }
}

TEST(Scan, FindsWhatMayChangeTheSession) {
    const struct {
        const char* text;
        bool changes;
    } cases[] = {
        {"set nocount on", true},
        {"SET XACT_ABORT OFF", true},
        {"use other", true},
        {"revert", true},
        {"exec p", true},
        {"if 1 = 1 execute p", true},
        {"dbo.p 1", true},
        {"sp_rename 'a', 'b'", true},
        {"update t set a = 1", false},
        {"update t\nset nocount_ = 1", false},
        {"declare @a int; set @a = 1", false},
        {"create table t (a int); insert t values (1)", false},
        {"with x as (select 1) select * from x", false},
        {"create procedure p as set nocount on exec q", false},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ((scanned(c.text).traits & kChangesSession) != 0, c.changes);
    }
}

TEST(Scan, WantsSomeStatementsToBeTheFirstOfTheirBatch) {
    const char* const good[] = {
        "create view v as select 1",
        "-- x\n;create or alter procedure p as select 1",
        "select 1\nGO\nalter function f() returns int as begin return 1 end",
        "create schema s\nGO\ncreate table s.t (a int)",
        "create schema s create table t (a int) create view v as select a from t",
        "grant create view, create procedure to x",
        "revoke grant option for create function from x",
        "alter table t add constraint d default 0 for a",
        "exec('create view v as select 1')",
        "select 1; alter schema s transfer dbo.t",
        "drop view v; drop procedure p; disable trigger t on x",
        "create table t (a int); create index i on t (a); create type x from int",
    };
    for (const char* text : good) EXPECT_EQ(scanned(text).problem, "") << text;
    const struct {
        const char* text;
        const char* problem;
    } bad[] = {
        {"select 1\ncreate view v as select 1",
         "line 2: CREATE view must be the first statement of its batch; add a line with GO before "
         "it"},
        {"drop proc p;\nalter PROC p as select 1",
         "line 2: ALTER PROC must be the first statement of its batch; add a line with GO before "
         "it"},
        {"if 1 = 1\n  create or alter trigger t on x after insert as select 1",
         "line 2: CREATE trigger must be the first statement of its batch; add a line with GO "
         "before it"},
        {"print 'x'\ncreate schema s",
         "line 2: CREATE schema must be the first statement of its batch; add a line with GO "
         "before it"},
        {"select 1\nGO\nselect 2 create function f() returns int as begin return 1 end",
         "line 3: CREATE function must be the first statement of its batch; add a line with GO "
         "before it"},
    };
    for (const auto& c : bad) {
        SCOPED_TRACE(c.text);
        EXPECT_EQ(scanned(c.text).problem, c.problem);
    }
}

TEST(Scan, RefusesWhatCantWork) {
    const struct {
        std::string text;
        const char* part;
    } cases[] = {
        {std::string("select 1\nselect '\0'", 19), "line 2: the file contains a NUL"},
        {"select 1\nselect 'gr\xFC\xDF'", "line 2: the file is not UTF-8"},
        {"select 'a", "line 1: unterminated quote or comment"},
        {"GO 0", "the count of GO must be"},
        {":r other.sql", "line 1: :r is a sqlcmd command"},
        {"select 1\n  :setvar a b", "line 2: :setvar is a sqlcmd command"},
        {"exec sp_setapprole 'a', 'b'", "an application role cannot be unset"},
        {"execute as user = 'x' with no revert", "cannot be reverted"},
        {"execute as user = 'x' with cookie into @c", "cannot be reverted"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        EXPECT_NE(scanned(c.text).problem.find(c.part), std::string::npos)
            << scanned(c.text).problem;
    }
    EXPECT_EQ(scanned("execute as user = 'x'\nselect 1\nrevert").problem, "");
    EXPECT_EQ(scanned("select 1\nlabel: goto label").problem, "");
}

TEST(Scan, ListsBatches) {
    const script::Script script = scanned("-- a\nselect 1\nGO\n\nselect 2\nGO 3\n");
    ASSERT_EQ(script.statements.size(), 2U);
    EXPECT_EQ(script.statements[0].line, 2U);
    EXPECT_EQ(script.statements[1].line, 5U);
    EXPECT_TRUE(script.sure);
    EXPECT_TRUE(scanned(" -- nothing\n").statements.empty());
}

TEST(Scan, FindsTheMarkerInTheFirstComment) {
    EXPECT_TRUE(scanned("-- migrator:no-transaction\ncreate database x").no_transaction_marker);
    EXPECT_TRUE(scanned("/* migrator:no-transaction */ select 1").no_transaction_marker);
    EXPECT_FALSE(scanned("select 1 -- migrator:no-transaction").no_transaction_marker);
    EXPECT_FALSE(scanned("-- a\n-- migrator:no-transaction\nselect 1").no_transaction_marker);
}

TEST(Scan, FindsIdentityInsertLeftOn) {
    EXPECT_EQ(identity_insert_left_on("set identity_insert [a].[b c] on insert x"), "[a].[b c]");
    EXPECT_EQ(identity_insert_left_on("SET IDENTITY_INSERT t ON; set identity_insert t off"), "");
    EXPECT_EQ(identity_insert_left_on("select 'set identity_insert t on'"), "");
}

TEST(Scan, KnowsBatchesThatCallProcedures) {
    EXPECT_TRUE(calls_procedures("exec p"));
    EXPECT_TRUE(calls_procedures("dbo.p"));
    EXPECT_TRUE(calls_procedures("[p] 1"));
    EXPECT_FALSE(calls_procedures("; insert t values (1)"));
    EXPECT_FALSE(calls_procedures("-- exec\nselect 'exec'"));
}

}  // namespace
}  // namespace migrator::db::sqlserver
