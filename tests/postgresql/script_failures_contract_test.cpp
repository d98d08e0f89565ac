// Scripts in one transaction: what is said of the one that fails.
#include <thread>

#include "postgresql/test_database.hpp"

namespace migrator::db::postgresql::test {
namespace {

class PostgresqlScriptFailures : public PostgresqlTest {
protected:
    void SetUp() override {
        PostgresqlTest::SetUp();
        if (!server_) return;
        session_ = connect();
        session_->begin({});
    }
    void TearDown() override {
        session_.reset();
        PostgresqlTest::TearDown();
    }

    std::unique_ptr<Session> session_;
};

struct Broken {
    const char* name;
    std::vector<std::string> scripts;
    std::size_t step;
    std::size_t statement;
    std::uint32_t line;
    std::string sqlstate;
    std::string message;
};

TEST_F(PostgresqlScriptFailures, NameScriptStatementAndLineOfAFailure) {
    session_->rollback();
    const Broken cases[] = {
        {"parse error in the third",
         {"select 1;", "select 2;", "select 3;\nselect 4;\n  selec 5;\n", "select 6"},
         3,
         3,
         3,
         "42601",
         "ERROR: syntax error at or near \"selec\""},
        {"parse error at the end of a script",
         {"select 1;", "select 2;\nselect (", "select 3"},
         2,
         0,
         2,
         "42601",
         ""},
        {"parse error at the end of all",
         {"select 1;", "select 2;\nselect 1 +\n"},
         2,
         2,
         2,
         "42601",
         ""},
        {"behind rules that add a query",
         {"create temp table ruled (x int); create rule also as on insert to ruled do also select "
          "1;",
          "insert into ruled values (1); insert into ruled values (2);",
          "select 3;\nselect * from missing"},
         3,
         2,
         2,
         "42P01",
         "ERROR: relation \"missing\" does not exist"},
        {"missing table",
         {"select 1;", "select 2;\n\nselect *\nfrom missing;\nselect 3;", "select 4"},
         2,
         2,
         4,
         "42P01",
         "ERROR: relation \"missing\" does not exist"},
        {"at run time",
         {"select 1;", "select 1;\nselect 1\n/ 0;", "select 2"},
         2,
         2,
         2,
         "22012",
         "ERROR: division by zero"},
        {"first statement of the second script",
         {"select 1; select 2;", "select 1/0;"},
         2,
         1,
         1,
         "22012",
         ""},
        {"multi-byte characters before it",
         {"select 'grüße 😀 日本';\n", "select '日本日本日本'; -- é\nselect missing;"},
         2,
         2,
         2,
         "42703",
         "ERROR: column \"missing\" does not exist"},
        {"multi-byte, parse error",
         {"select '日本日本日本日本日本日本';\n", "select 'é';\nselec 1;\n"},
         2,
         2,
         2,
         "42601",
         ""},
        {"CRLF",
         {"select 1;\r\nselect 2;\r\n", "select 1;\r\n\r\nselect missing;\r\n"},
         2,
         2,
         3,
         "42703",
         ""},
        {"rows before the error",
         {"select generate_series(1, 500); select 2;",
          "select 1/(x - 3) from generate_series(1, 5) x"},
         2,
         1,
         1,
         "22012",
         ""},
        {"comments and empty statements",
         {";;select 1;; /* ; */ ;", "-- ;\n;\nselect missing"},
         2,
         1,
         3,
         "42703",
         ""},
        {"wrapped",
         {"select 1;", "begin;\nselect 1;\nselect missing;\ncommit;\n", "select 2;"},
         2,
         3,
         3,
         "42703",
         ""},
        {"rule with two actions",
         {"create table r (a int); create table s (a int); create rule x as on insert to r do also "
          "(insert into s values (new.a); insert into s values (new.a));",
          "insert into r values (1);",
          "select missing"},
         3,
         1,
         1,
         "42703",
         ""},
        {"after a setting",
         {"set search_path = pg_catalog;\nselect 1;", "select 1;\nselect missing;"},
         2,
         2,
         2,
         "42703",
         ""},
        {"behind text that changes reading",
         {"select 1;", "set standard_conforming_strings = off;\nselect 'it\\'s';\nselect missing;"},
         2,
         3,
         3,
         "42703",
         ""},
        {"unterminated",
         {"select 1;", "select 2;\nselect 'open;", "select 3;"},
         2,
         0,
         2,
         "42601",
         ""},
        {"dollar quotes",
         {"do $a$ begin perform 1; end $a$;",
          "select 1;\ndo $b$\nbegin\n  perform 1/0;\nend $b$;\nselect 2"},
         2,
         2,
         2,
         "22012",
         ""},
        {"prepared in an earlier message, run in a later one",
         {"select 1;", "execute nothing;"},
         2,
         1,
         1,
         "26000",
         ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        session_->begin({});
        const auto failure = run(*session_, c.scripts);
        session_->rollback();
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->step, c.step);
        EXPECT_EQ(failure->statement, c.statement);
        EXPECT_EQ(failure->line, c.line);
        EXPECT_EQ(failure->sqlstate, c.sqlstate) << failure->message;
        if (!c.message.empty()) {
            EXPECT_EQ(failure->message, c.message);
        }
        EXPECT_FALSE(failure->connection_lost);
    }
}

TEST_F(PostgresqlScriptFailures, BlameTheScriptThatExecutesNotTheOneThatPrepared) {
    ASSERT_FALSE(run(*session_, {"create table t (a int); prepare p as select a from t;"}));
    const auto failure = run(*session_, {"select 1;", "drop table t;\nexecute p;", "select 2"});
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->step, 2U);
    EXPECT_EQ(failure->statement, 2U);
    EXPECT_EQ(failure->line, 2U);
}

TEST_F(PostgresqlScriptFailures, TellDetailHintAndWhereAFunctionFailed) {
    ASSERT_FALSE(
        run(*session_,
            {"create table t (a int constraint positive check (a > 0));"
             "create function f() returns void language plpgsql as $$\n"
             "begin\n  raise exception 'no' using hint = 'try yes', detail = 'd';\n"
             "end $$;"})
    );
    const auto in_function = run(*session_, {"select 1", "select f();"});
    ASSERT_TRUE(in_function);
    EXPECT_EQ(in_function->step, 2U);
    EXPECT_EQ(in_function->message, "ERROR: no");
    EXPECT_EQ(in_function->hint, "try yes");
    EXPECT_EQ(in_function->detail, "d");
    EXPECT_EQ(in_function->context, "PL/pgSQL function f() line 3 at RAISE");

    session_->rollback();
    session_->begin({});
    const auto constraint =
        run(*session_,
            {"create schema s; create table s.t (a int constraint positive check (a > 0));"
             "insert into s.t values (-1)"});
    ASSERT_TRUE(constraint);
    EXPECT_EQ(constraint->context, "constraint positive of table s.t");
    EXPECT_EQ(constraint->detail, "Failing row contains (-1).");
}

TEST_F(PostgresqlScriptFailures, FailWhenOneEndsTheTransaction) {
    // Behind the scanner's back: what it would have found is taken away.
    Scripts scripts({"select 1;", "select 2;\ncommit;", "select 3;"});
    const auto failure = session_->run_scripts(scripts.runs());
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->step, 2U);
    EXPECT_EQ(failure->line, 2U);
    EXPECT_NE(failure->message.find("ended the transaction"), std::string::npos);
}

TEST_F(PostgresqlScriptFailures, GoOnWhenTheScannerHasMiscounted) {
    Scripts scripts(
        {"create table t (a int); insert into t values (1);", "insert into t values (2)"}
    );
    scripts.script(0).statements.pop_back();
    ASSERT_FALSE(session_->run_scripts(scripts.runs()));
    EXPECT_EQ(scalar(*session_, "select sum(a) from t"), "3");
    // From here on each script is a message of its own, and the count no longer matters.
    Scripts later({"select 1; select 2;", "select missing;"});
    later.script(0).statements.pop_back();
    const auto failure = session_->run_scripts(later.runs());
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->step, 2U);
}

TEST_F(PostgresqlScriptFailures, AreCancelledInTheDatabase) {
    std::stop_source stop;
    session_->watch(stop.get_token());
    std::jthread canceller([&] {
        wait_until_running("pg_sleep(600)");
        stop.request_stop();
    });
    const auto failure = run(*session_, {"select 1;", "select 2;\nselect pg_sleep(600);"});
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->sqlstate, "57014");
    EXPECT_EQ(failure->step, 2U);
    EXPECT_EQ(failure->line, 2U);
    EXPECT_FALSE(failure->connection_lost);
    session_->rollback();  // not cancelled, though stop is still requested
    EXPECT_EQ(scalar(*session_, "select 1"), "1");
}

TEST_F(PostgresqlScriptFailures, TellThatTheConnectionWasLost) {
    const std::string pid = scalar(*session_, "select pg_backend_pid()");
    std::jthread killer([&] {
        wait_until_running("pg_sleep(600)");
        execute(*admin_, "select pg_terminate_backend(" + pid + ")");
    });
    const auto failure = run(*session_, {"select 1;", "select pg_sleep(600);"});
    ASSERT_TRUE(failure);
    EXPECT_TRUE(failure->connection_lost);
    EXPECT_EQ(failure->step, 2U);
    EXPECT_NE(failure->message.find("terminating connection"), std::string::npos)
        << failure->message;
    session_->rollback();
    EXPECT_THROW(execute(*session_, "select 1"), Error);
}

TEST_F(PostgresqlScriptFailures, TellThatTheConnectionWasLostInTheMiddleOfACopy) {
    const std::string pid = scalar(*session_, "select pg_backend_pid()");
    execute(*admin_, "select pg_terminate_backend(" + pid + ")");
    wait_until("not exists (select from pg_stat_activity where pid = " + pid + ")");
    std::string text = "create table t (a int);\ncopy t from stdin;\n";
    for (int i = 0; i < 100'000; ++i) text += "12345\n";
    const auto failure = run(*session_, {text + "\\.\n"});
    ASSERT_TRUE(failure);
    EXPECT_TRUE(failure->connection_lost);
}

TEST_F(PostgresqlScriptFailures, RefuseANulByte) {
    const auto failure = run(*session_, {"select 1;", std::string("select 2;\0 drop", 15)});
    ASSERT_TRUE(failure);
    EXPECT_NE(failure->message.find("NUL"), std::string::npos);
}

}  // namespace
}  // namespace migrator::db::postgresql::test
