// Statements that wait: what is told of them while they do, and of whom. And what a server says of
// the statements of a file.
#include <fmt/format.h>

#include <mutex>

#include "core/log.hpp"
#include "databases/project_test.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::test {
namespace {

class LongStatements : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().database.slow_statement = std::chrono::milliseconds(50);
        project().write(
            "catalog/001_schema.sql",
            "create schema {schema};\ncreate table {schema}.rows_here (id integer primary key, v "
            "integer);\ninsert into {schema}.rows_here values (1, 1);"
        );
        project().apply();
        for (const char* tenant : {"one", "two"}) project().create_tenant(tenant);
        project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
        project().apply();
        server_ = project().server().make_server(project().database);
        intruder_ = server_->connect();
        log::redirect([](std::string_view) {});
    }
    void TearDown() override {
        intruder_.reset();
        server_.reset();
        log::redirect(nullptr);
        ProjectTest::TearDown();
    }

    /// Applies `text` for the tenants while the intruder has run `lock` in a transaction. Gives the
    /// first report that names somebody who is waited for; the intruder goes then.
    Progress blocked_by(const std::string& lock, const std::string& text) {
        intruder_->begin({});
        db::sql::query_row(*intruder_, lock);
        project().write(fmt::format("stores/{:03}_b.sql", ++files_), text);
        Progress told;
        project().apply({.progress = [&](const Progress& now) {
            const bool names_somebody = !now.long_statements.empty() &&
                                        now.long_statements[0].wait &&
                                        !now.long_statements[0].wait->blockers.empty();
            if (!names_somebody || now.news.empty() || !told.news.empty()) return;
            told = now;
            intruder_.reset();
        }});
        return told;
    }

    std::unique_ptr<db::sql::Server> server_;
    std::unique_ptr<db::sql::Session> intruder_;
    int files_ = 2;
};

struct Case {
    const char* name;
    std::string lock;
    std::string text;
    std::string what;
    std::uint32_t line;
    bool is_guess = false;
};

class LongStatementsOnPostgresql : public LongStatements {};

TEST_P(LongStatementsOnPostgresql, NameTheSessionThatTheyWaitFor) {
    const Case cases[] = {
        {"table",
         "select count(*) from two.a",
         "select 1;\ninsert into {schema}.a values (1);\nalter table {schema}.a add y integer;",
         "a lock on two.a",
         3},
        {"row",
         "update catalog.rows_here set v = 2",
         "select 1;\n\nupdate catalog.rows_here set v = 3;",
         "a row of catalog.rows_here",
         3},
        {"advisory",
         "select pg_advisory_xact_lock(77)",
         "-- migrator:no-transaction\nselect pg_advisory_lock(77);",
         "an advisory lock",
         2},
        {"concurrent index",
         "update two.a set x = 1",
         "-- migrator:no-transaction\ncreate index concurrently on {schema}.a (x);",
         "the end of a transaction",
         2}};
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        const auto pid = db::sql::query_row(*intruder_, "select pg_backend_pid(), current_user");
        const Progress told = blocked_by(c.lock, c.text);
        ASSERT_EQ(told.long_statements.size(), 1U);
        const LongStatement& found = told.long_statements[0];
        EXPECT_EQ(found.line, c.line) << told.news;
        EXPECT_EQ(found.last_line, 0U) << told.news;
        EXPECT_TRUE(found.is_of_tenant);
        EXPECT_TRUE(found.file.ends_with("_b.sql")) << found.file;
        EXPECT_EQ(found.wait->what, c.what);
        EXPECT_FALSE(found.wait->is_guess);
        ASSERT_EQ(found.wait->blockers.size(), 1U) << told.news;
        const Blocker& blocker = found.wait->blockers[0];
        EXPECT_EQ(blocker.session, pid->at(0));
        EXPECT_EQ(blocker.user, pid->at(1));
        EXPECT_FALSE(blocker.address.empty());
        EXPECT_TRUE(blocker.since);
        EXPECT_EQ(blocker.state, "idle in transaction");
        EXPECT_TRUE(blocker.statement.starts_with(c.lock.substr(0, 20))) << blocker.statement;
        EXPECT_FALSE(blocker.is_ours);
        intruder_ = server_->connect();
    }
}

TEST_P(LongStatementsOnPostgresql, NameTheSessionInTheErrorOfALockThatWasNotFree) {
    project().database.slow_statement = std::chrono::minutes(10);
    project().database.ddl_lock_timeout = std::chrono::milliseconds(1'200);
    intruder_->begin({});
    db::sql::query_row(*intruder_, "select count(*) from two.a");
    const auto pid = db::sql::query_row(*intruder_, "select pg_backend_pid()");
    project().write("stores/003_b.sql", "alter table {schema}.a add y integer;");
    const std::string text = project().failure_of_apply();
    EXPECT_NE(
        text.find("it waited for a lock on two.a, held by session " + pid->at(0).value()),
        std::string::npos
    ) << text;
}

TEST_P(LongStatementsOnPostgresql, KeepNoticesWithTheLineThatSaidThem) {
    project().write(
        "stores/003_b.sql",
        "create table if not exists {schema}.a (x integer);\n"
        "do $$ begin raise notice 'first of %', '{schema}'; raise warning 'second'; end $$;\n"
        "select 1;\n"
        "create function {schema}.f() returns setof integer language plpgsql as $$ begin\n"
        "  raise notice 'third'; return next 1; raise notice 'fourth'; return next 2; end $$;\n"
        "select {schema}.f();\n"
        "select 2; do $$ begin raise notice 'fifth'; end $$;\n"
        "insert into {schema}.a select {schema}.f();\n"
        "drop table if exists {schema}.none;\n"
        "drop function {schema}.f();"
    );
    const auto outcome = project().apply();
    std::vector<std::string> told;
    for (const Notice& notice : outcome.notices) {
        if (notice.schema != "two") continue;
        EXPECT_TRUE(notice.file.ends_with("/003_b.sql"));
        told.push_back(fmt::format("{} {} {}", notice.line, notice.level, notice.message));
    }
    EXPECT_EQ(
        told,
        (std::vector<std::string>{
            "1 NOTICE relation \"a\" already exists, skipping",
            "2 NOTICE first of two",
            "2 WARNING second",
            "6 NOTICE third",
            "6 NOTICE fourth",
            "7 NOTICE fifth",
            "8 NOTICE third",
            "8 NOTICE fourth",
            "9 NOTICE table \"none\" does not exist, skipping"})
    );
}

TEST_P(LongStatementsOnPostgresql, KeepAFewNoticesOfAFileThatHasMany) {
    project().write(
        "stores/003_b.sql",
        "do $$ begin for i in 1..20000 loop raise notice 'number %', i; end loop; end $$;"
    );
    const auto outcome = project().apply();
    ASSERT_EQ(outcome.notices.size(), 21U);
    EXPECT_EQ(outcome.notices[19].message, "number 20");
    EXPECT_EQ(
        outcome.notices[20].message, "39980 more notices and warnings of this file are not shown"
    );
}

class LongStatementsOnMariadb : public LongStatements {};

TEST_P(LongStatementsOnMariadb, NameTheSessionThatTheyWaitFor) {
    const Case cases[] = {
        {"metadata lock",
         "select count(*) from two.a",
         "insert into {schema}.a values (1);\nalter table {schema}.a add y integer;",
         "a lock (waiting for table metadata lock)",
         2,
         true},
        {"row",
         "select v from catalog.rows_here for update",
         "do 1;\n\nupdate catalog.rows_here set v = 3;",
         "a row of catalog.rows_here",
         3},
        {"named lock",
         "select get_lock('theirs', 0)",
         "do get_lock ( \"theirs\", 100 );",
         "the named lock theirs",
         1}};
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        const auto id = db::sql::query_row(*intruder_, "select connection_id()");
        const Progress told = blocked_by(c.lock, c.text);
        ASSERT_EQ(told.long_statements.size(), 1U);
        const LongStatement& found = told.long_statements[0];
        EXPECT_EQ(found.line, c.line) << told.news;
        EXPECT_EQ(found.wait->what, c.what);
        EXPECT_EQ(found.wait->is_guess, c.is_guess);
        ASSERT_FALSE(found.wait->blockers.empty()) << told.news;
        const auto& blockers = found.wait->blockers;
        const auto ours = std::ranges::find(blockers, id->at(0).value(), &Blocker::session);
        ASSERT_NE(ours, blockers.end()) << told.news;
        EXPECT_EQ(ours->user, "root");
        EXPECT_TRUE(ours->since);
        intruder_ = server_->connect();
    }
}

TEST_P(LongStatementsOnMariadb, NameTheSessionInTheErrorOfALockThatWasNotFree) {
    project().database.slow_statement = std::chrono::minutes(10);
    project().database.ddl_lock_timeout = std::chrono::seconds(2);
    intruder_->begin({});
    db::sql::query_row(*intruder_, "select v from catalog.rows_here for update");
    const auto id = db::sql::query_row(*intruder_, "select connection_id()");
    project().write("stores/003_b.sql", "update catalog.rows_here set v = 3;");
    const std::string text = project().failure_of_apply();
    EXPECT_NE(
        text.find("it waited for a row of catalog.rows_here, held by session " + id->at(0).value()),
        std::string::npos
    ) << text;
}

TEST_P(LongStatementsOnMariadb, KeepWarningsWithTheLineThatTheyAreOf) {
    project().write(
        "stores/003_b.sql",
        "create table if not exists {schema}.a (x integer);\n"
        "drop table if exists {schema}.none;\n"
        "create table {schema}.w (a varchar(3));\n"
        "insert ignore into {schema}.w values ('too long');\n"
        "insert into {schema}.w values ('abc');\n"
        "insert ignore into {schema}.w values ('too long');"
    );
    project().write(
        "stores/004_c.sql",
        "-- migrator:no-transaction\ninsert ignore into {schema}.w values ('too long');\n"
        "insert into {schema}.a values (row_count());"
    );
    const auto outcome = project().apply();
    std::vector<std::string> told;
    for (const Notice& notice : outcome.notices) {
        if (notice.schema != "two") continue;
        told.push_back(fmt::format("{} {} {}", notice.line, notice.level, notice.message));
    }
    EXPECT_EQ(
        told,
        (std::vector<std::string>{
            "1 Note Table 'a' already exists (1050)",
            "2 Note Unknown table 'two.none' (1051)",
            "4 Warning 1 warning, not listed by the server once the next statement runs",
            "6 Warning Data truncated for column 'a' at row 1 (1265)",
            "2 Warning Data truncated for column 'a' at row 1 (1265)"})
    );
}

/// What follows a statement in a file has to find what it would find without us.
TEST_P(LongStatementsOnMariadb, LeaveTheNumberOfRowsToTheFile) {
    project().write(
        "stores/003_b.sql",
        "insert into {schema}.a values (1), (2), (3);\ninsert into {schema}.a values (10 + "
        "row_count());"
    );
    project().apply();
    EXPECT_EQ(project().value("select max(x) from two.a"), "13");
}

MIGRATOR_ON_DATABASE(LongStatementsOnPostgresql, "Postgresql");
MIGRATOR_ON_DATABASE(LongStatementsOnMariadb, "Mariadb");

}  // namespace
}  // namespace migrator::test
