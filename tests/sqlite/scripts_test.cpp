#include <stop_token>
#include <thread>

#include "sqlite/workshop.hpp"

namespace migrator::test {
namespace {

using std::chrono::milliseconds;

/// A row source that never ends.
constexpr const char* kEndless =
    "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";

class SqliteScripts : public Workshop {
protected:
    SqliteScripts() : session_(connect()) {
        session_->use_schemas(std::vector<std::string>{"north"});
        session_->begin({});
    }
    std::string count(const std::string& table) {
        return ask(*session_, "select count(*) from " + table);
    }

    std::unique_ptr<db::sql::Session> session_;
};

TEST_F(SqliteScripts, RunStatementByStatement) {
    EXPECT_EQ(
        said(
            run(*session_,
                "-- tables\ncreate table north.t (x, y);\n"
                "create trigger north.g after insert on t begin update t set y = ';'; end;\n"
                "insert into north.t (x) values ('a;b'), ('c');; /* done */ select * from north.t")
        ),
        ""
    );
    EXPECT_EQ(ask(*session_, "select x, y from north.t"), "a;b|; c|;");
}

TEST_F(SqliteScripts, GiveWhatTheyCreateTheTextThatTheSqliteProgramGivesIt) {
    EXPECT_EQ(
        said(
            run(*session_,
                "create table north.t (x);\n"
                "create index north.i on t (x) ;\n"
                "create view north.v as select x from t -- all of it\n  ;\n"
                "create index north.j on t (x) -- not the last word\n")
        ),
        ""
    );
    EXPECT_EQ(
        ask(*session_, "select sql || '<' from north.sqlite_schema where name in ('i', 'j', 'v')"),
        "CREATE INDEX i on t (x) < CREATE VIEW v as select x from t -- all of it< "
        "CREATE INDEX j on t (x) -- not the last word<"
    );
}

TEST_F(SqliteScripts, TellWhichStatementAndLineFailed) {
    const struct {
        const char* text;
        std::size_t statement;
        std::uint32_t line;
        const char* message;
        const char* context;
    } cases[] = {
        {"create table north.a (x);\n\ninsert into\n  north.a\nvalues (1,\n 2)",
         2,
         3,
         "table north.a has 1 columns but 2 values were supplied",
         ""},
        {"select 1;\nselect 2,\n  nonsense\nfrom sqlite_schema",
         2,
         3,
         "no such column: nonsense",
         ""},
        {"select\n1 1", 1, 2, "near \"1\": syntax error", ""},
        {"create table north.b (x unique);\ninsert into north.b values (1);\n"
         "insert into north.b values (1)",
         3,
         3,
         "UNIQUE constraint failed: b.x",
         "SQLITE_CONSTRAINT_UNIQUE"},
        {"create table north.c (x check (x > 0)); insert into north.c values (-1)",
         2,
         1,
         "CHECK constraint failed: x > 0",
         "SQLITE_CONSTRAINT_CHECK"},
        {"select * from south.t", 1, 1, "no such table: south.t", ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.text);
        const auto failure = run(*session_, c.text);
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->step, 7U);
        EXPECT_EQ(failure->statement, c.statement);
        EXPECT_EQ(failure->line, c.line);
        EXPECT_EQ(failure->message, c.message);
        EXPECT_EQ(failure->context, c.context);
        EXPECT_EQ(failure->sqlstate, "");
        EXPECT_FALSE(failure->connection_lost);
    }
}

TEST_F(SqliteScripts, StopAtTheFirstFailureAndCannotBeCommittedThen) {
    EXPECT_NE(
        said(run(*session_, "create table north.t (x); nonsense; create table north.u (x)")), ""
    );
    EXPECT_EQ(ask(*session_, "select name from north.sqlite_schema"), "t");
    EXPECT_NE(said(session_->commit()), "");
    session_->rollback();
    EXPECT_EQ(ask(*session_, "select name from north.sqlite_schema"), "");
}

TEST_F(SqliteScripts, LeaveOutAWrapperOfBeginAndCommit) {
    EXPECT_EQ(said(run(*session_, "begin; create table north.t (x); commit;")), "");
    EXPECT_EQ(read("north.db", "select name from sqlite_schema"), "");
    EXPECT_EQ(said(session_->commit()), "");
    EXPECT_EQ(read("north.db", "select name from sqlite_schema"), "t");
}

TEST_F(SqliteScripts, CannotControlTheTransactionOrAttachFiles) {
    for (const char* text :
         {"commit",
          "rollback",
          "end transaction",
          "savepoint s",
          "begin",
          "release s",
          "attach 'x.db' as x",
          "/**/ attach ':memory:' as x",
          "attach '' as x",
          "detach north",
          "explain attach 'x.db' as x",
          "pragma locking_mode = exclusive",
          "pragma hard_heap_limit = 1"}) {
        SCOPED_TRACE(text);
        const auto message = said(run(*session_, text));
        EXPECT_NE(message.find("remove"), std::string::npos) << message;
        EXPECT_EQ(message.find("not authorized"), std::string::npos) << message;
    }
    EXPECT_EQ(ask(*session_, "pragma north.journal_mode"), "delete");
}

TEST_F(SqliteScripts, ThatRollBackByAConstraintFail) {
    const auto failure =
        run(*session_,
            "create table north.t (x unique);\n"
            "insert into north.t values (1);\ninsert or rollback into north.t values (1);");
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->statement, 3U);
    EXPECT_NE(said(session_->commit()), "");
    session_->rollback();
    session_->begin({});
    EXPECT_EQ(said(session_->commit()), "");
}

TEST_F(SqliteScripts, MayCreateTheSchemasThatAreThere) {
    for (const char* text :
         {"create schema north",
          "CREATE SCHEMA IF NOT EXISTS \"North\";",
          "create schema config",
          "create /* the */ schema [ref] -- yes"}) {
        EXPECT_EQ(said(run(*session_, text)), "") << text;
    }
    const struct {
        const char* text;
        const char* said;
    } refused[] = {
        {"create schema elsewhere", "'elsewhere' is not a schema of this run"},
        {"create schema north authorization bob", "does not support CREATE SCHEMA"},
        {"create schema if not exists", "does not support CREATE SCHEMA"},
    };
    for (const auto& c : refused) {
        const auto failure = run(*session_, c.text);
        EXPECT_NE(said(failure).find(c.said), std::string::npos) << said(failure);
        EXPECT_NE(failure->hint, "");
    }
}

TEST_F(SqliteScripts, ThatCannotBeSentAreFailures) {
    script::Script script;
    script.problem = "too large";
    const db::sql::ScriptRun one{.step = 3, .text = "select 1", .script = &script};
    const auto failure = session_->run_scripts({&one, 1});
    EXPECT_EQ(said(failure), "too large");
    EXPECT_EQ(failure->step, 3U);
}

TEST_F(SqliteScripts, DoNotSendOmissions) {
    const std::string_view text = "\\x\ncreate table north.t (x)\n, nonsense";
    script::Script script;
    script.statements.push_back({.begin = 0, .end = 39, .behind = 39, .line = 1});
    script.omissions = {{0, 2}, {27, 39}};
    const db::sql::ScriptRun one{.text = text, .script = &script};
    EXPECT_EQ(said(session_->run_scripts({&one, 1})), "");
    EXPECT_EQ(count("north.t"), "0");
}

TEST_F(SqliteScripts, TakeNoLongerThanTheStatementTimeout) {
    session_->rollback();
    session_->begin({.statement_timeout = milliseconds(5)});
    const auto failure = run(*session_, std::string("select 1;\n") + kEndless);
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->statement, 2U);
    EXPECT_NE(failure->message.find("limit of 5 ms"), std::string::npos) << failure->message;
}

TEST_F(SqliteScripts, WithoutATimeoutAreNotLimited) {
    session_->rollback();
    session_->begin({.statement_timeout = milliseconds(0)});
    EXPECT_EQ(
        said(
            run(*session_,
                "with recursive n(i) as (select 1 union all select i + 1 from n "
                "limit 200000) select count(*) from n")
        ),
        ""
    );
}

TEST_F(SqliteScripts, AreCancelledByAStopRequest) {
    std::stop_source stop;
    session_->watch(stop.get_token());
    ASSERT_EQ(said(run(*session_, "create table north.t (x)")), "");
    std::jthread canceller([&] { stop.request_stop(); });
    EXPECT_EQ(said(run(*session_, kEndless)), "canceled");
    EXPECT_EQ(said(run(*session_, "select 1")), "canceled");
    session_->rollback();
    EXPECT_EQ(ask(*session_, "select name from north.sqlite_schema"), "");
}

TEST_F(SqliteScripts, ThatReadMuchNeedNoMemoryForIt) {
    const auto before = ask(*session_, "select 1");
    ASSERT_EQ(
        said(
            run(*session_,
                "pragma hard_heap_limit;"
                "with recursive n(i) as (select 1 union all select i + 1 from n "
                "limit 300000) select i, hex(zeroblob(100)) from n")
        ),
        ""
    );
    EXPECT_EQ(before, "1");
}

TEST_F(SqliteScripts, KeepSettingsForLaterScriptsUntilReset) {
    ASSERT_EQ(
        said(
            run(*session_,
                "create table north.t (x check (x > 0)); create table north.c (a, b);"
                "pragma ignore_check_constraints = on; pragma case_sensitive_like = on;"
                "pragma recursive_triggers = on; pragma north.max_page_count = 40;"
                "create temp table t (y); create temp view v as select 1;"
                "create temp trigger g after insert on north.c begin select 1; end;"
                "create virtual table temp.f using fts5(body); pragma busy_timeout = 0")
        ),
        ""
    );
    EXPECT_EQ(said(run(*session_, "insert into north.t values (-1)")), "");
    EXPECT_EQ(ask(*session_, "select 'A' like 'a'"), "0");
    ASSERT_EQ(said(run(*session_, "pragma query_only = on; pragma writable_schema = on")), "");

    session_->reset();
    EXPECT_NE(said(run(*session_, "insert into north.t values (-1)")), "");
    EXPECT_EQ(ask(*session_, "select 'A' like 'a'"), "1");
    EXPECT_EQ(ask(*session_, "select count(*) from temp.sqlite_schema"), "0");
    for (const char* setting :
         {"ignore_check_constraints", "recursive_triggers", "query_only", "writable_schema"}) {
        EXPECT_EQ(ask(*session_, std::string("pragma ") + setting), "0") << setting;
    }
    EXPECT_NE(ask(*session_, "pragma north.max_page_count"), "40");
}

TEST_F(SqliteScripts, LeaveNothingInTheConnectionWhenRolledBack) {
    ASSERT_EQ(said(run(*session_, "create temp table t (x); pragma query_only = on")), "");
    session_->rollback();
    EXPECT_EQ(ask(*session_, "pragma query_only"), "0");
    EXPECT_EQ(ask(*session_, "select count(*) from temp.sqlite_schema"), "0");
}

}  // namespace
}  // namespace migrator::test
