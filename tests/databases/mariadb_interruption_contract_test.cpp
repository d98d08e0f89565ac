// Runs that end in the middle: the server's session is killed, somebody stops the run, a statement
// takes too long.
#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>

#include "core/error.hpp"
#include "databases/mariadb_test.hpp"
#include "db/sql/own_sql.hpp"
#include "support/cutting_proxy.hpp"

namespace migrator::test {
namespace {

class MariadbInterruption : public MariadbTest {
protected:
    MariadbInterruption() : MariadbTest("n int") {}

    struct End {
        ErrorKind kind{};
        std::string text;  ///< empty: the run did not fail
    };

    void SetUp() override {
        MariadbTest::SetUp();
        if (IsSkipped()) return;
        server_ = project().server().make_server(project().database);
        watcher_ = server_->connect();
    }
    void TearDown() override {
        watcher_.reset();
        server_.reset();
        MariadbTest::TearDown();
    }
    std::future<End> start_apply(std::stop_token stop = {}) {
        return std::async(std::launch::async, [this, stop] {
            try {
                project().apply({.version_name = "version of a test", .stop = stop});
            } catch (const Error& error) {
                return End{error.kind(), error.what()};
            }
            return End{};
        });
    }
    /// Number of the server's session that runs a statement which begins so.
    std::string wait_for(const std::string& beginning) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
        while (std::chrono::steady_clock::now() < give_up) {
            const auto row = db::sql::query_row(
                *watcher_,
                "select id from information_schema.processlist where info like '" + beginning +
                    "%' and id <> connection_id()"
            );
            if (row) return row->front().value();
            std::this_thread::yield();
        }
        throw std::runtime_error("waited in vain for a session that runs " + beginning);
    }
    void execute(const std::string& sql) { db::sql::execute(*watcher_, sql); }
    /// The client hears of it before the server has undone the session's statement: waits for both.
    void kill(const std::string& session) {
        execute("kill " + session);
        const std::string there =
            "select 1 from information_schema.processlist where id = " + session;
        while (db::sql::query_row(*watcher_, there)) std::this_thread::yield();
    }
    std::string count(const std::string& table) {
        return project().value("select count(*) from catalog." + table);
    }

    std::unique_ptr<db::sql::Server> server_;
    std::unique_ptr<db::sql::Session> watcher_;
};

TEST_P(MariadbInterruption, ByALostConnectionIsKnownUpToOneStatement) {
    project().write(
        "catalog/002_slow.sql",
        "create table if not exists {schema}.a (x int);\ninsert into {schema}.notes values (1);\n"
        "create table if not exists {schema}.b (x int);\ninsert into {schema}.notes values (2);\n"
        "do sleep(600);\ncreate table {schema}.c (x int);\n"
    );
    auto run = start_apply();
    kill(wait_for("do sleep"));
    const End end = run.get();
    EXPECT_EQ(end.kind, ErrorKind::Unavailable);
    EXPECT_TRUE(has(end.text, "002_slow.sql failed with error")) << end.text;
    EXPECT_TRUE(has(end.text, "migrator status")) << end.text;
    EXPECT_EQ(count("notes"), "1") << "the insert behind the last DDL statement is rolled back";

    const TenantState state = unfinished();
    EXPECT_EQ(state.state, "running");
    EXPECT_EQ(state.statement, 2);
    EXPECT_TRUE(has(state.file, "002_slow.sql")) << state.file;
    EXPECT_TRUE(has(state.message, "statement 3 in line 3, \"create table if not exists catalog.b"))
        << state.message;

    // Somebody looks, finds statement 3 done, and mends the file.
    project().write(
        "catalog/002_slow.sql",
        "create table {schema}.a (x int);\ninsert into {schema}.notes values (1);\n"
        "create table {schema}.b (x int);\ninsert into {schema}.notes values (2);\n"
        "do sleep(0);\ncreate table {schema}.c (x int);\n"
    );
    const auto outcome = project().apply({.version_name = "next", .resume_at_statement = 4});
    EXPECT_TRUE(has(outcome.notes.at(0), "In doubt: statement 3")) << outcome.notes[0];
    EXPECT_TRUE(has(outcome.notes.at(0), "resumes at statement 4")) << outcome.notes[0];
    EXPECT_EQ(count("notes"), "2");
    EXPECT_EQ(count("c"), "0");
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

/// The metadata never claim more than was done, and one statement at most is in doubt.
TEST_P(MariadbInterruption, InAnyStatementCanBeMended) {
    constexpr int kTables = 5;
    std::string text;
    for (int i = 1; i <= kTables; ++i) {
        const std::string n = std::to_string(i);
        // Waits to be killed, until its gate is open.
        text += "create table {schema}.t" + n +
                " as select sleep(if(exists (select 1 from {schema}.gates where n = " + n +
                "), 0, 600)) as x;\n";
        text += "insert into {schema}.notes values (" + n + ");\n";
    }
    project().write("catalog/002_tables.sql", text);
    execute("create table catalog.gates (n integer)");
    const auto open_gate = [&](int n) {
        execute("insert into catalog.gates values (" + std::to_string(n) + ")");
    };
    for (int killed = 1; killed <= kTables; ++killed) {
        SCOPED_TRACE(killed);
        const auto known = [&] {
            const auto states = project().open()->inspection().status().unfinished;
            return states.empty() ? 0 : static_cast<int>(states[0].statement);
        };
        const int before = known();
        auto run = std::async(std::launch::async, [&] {
            try {
                // What is in doubt was looked at: the table is not there.
                project().apply(
                    {.version_name = "again",
                     .resume_at_statement = static_cast<std::size_t>(before + 1)}
                );
            } catch (const Error& error) {
                EXPECT_EQ(error.kind(), ErrorKind::Unavailable) << error.what();
            }
        });
        kill(wait_for("create table catalog.t" + std::to_string(killed) + " "));
        run.get();
        open_gate(killed);
        const int done = known();
        EXPECT_EQ(done, 2 * (killed - 1));
        EXPECT_EQ(count("notes"), std::to_string(done / 2));
        EXPECT_EQ(
            project().value("select count(*) from information_schema.tables where table_schema = "
                            "'catalog' and table_name like 't_'"),
            std::to_string(done / 2)
        );
    }
    project().apply({.version_name = "last", .resume_at_statement = 2 * kTables - 1});
    EXPECT_EQ(count("notes"), std::to_string(kTables));
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(MariadbInterruption, OfTheAnswerLeavesWhatTheServerDid) {
    const std::string url = project().database.data_source;
    const auto port = static_cast<std::uint16_t>(std::stoi(project().value("select @@port")));
    for (const auto cut : {CuttingProxy::Cut::BeforeServer, CuttingProxy::Cut::AfterServer}) {
        const bool reached = cut == CuttingProxy::Cut::AfterServer;
        const std::string name = reached ? "003_cut" : "002_cut";
        SCOPED_TRACE(name);
        project().write(
            "catalog/" + name + ".sql",
            "create table if not exists {schema}.`" + name +
                "` (x int);\ninsert into "
                "{schema}.notes values (1);\n"
        );
        CuttingProxy proxy(port, "create table if not exists", "create table if not exists", cut);
        const auto colon = url.rfind(':', url.find(")/"));
        project().database.data_source =
            url.substr(0, colon + 1) + std::to_string(proxy.port()) + url.substr(url.find(")/"));
        const End end = start_apply().get();
        project().database.data_source = url;
        EXPECT_TRUE(proxy.has_cut());
        EXPECT_EQ(end.kind, ErrorKind::Unavailable) << end.text;
        EXPECT_TRUE(reached || count("notes") == "0");
        // How far the server has come without anybody to answer, it alone knows: the insert and
        // its record are there together, or neither is.
        project().apply();
        EXPECT_EQ(count("notes"), reached ? "2" : "1");
    }
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(MariadbInterruption, OfAFileWithoutDdlLeavesNothingOfIt) {
    project().write("catalog/002_a.sql", "insert into {schema}.notes values (1);");
    project().write(
        "catalog/003_slow.sql", "insert into {schema}.notes values (2);\ndo sleep(600);\n"
    );
    auto run = start_apply();
    kill(wait_for("do sleep"));
    run.get();
    EXPECT_EQ(project().value("select group_concat(n) from catalog.notes"), "1");
    EXPECT_EQ(project().rows().back(), "002_a.sql/catalog");
    project().write("catalog/003_slow.sql", "insert into {schema}.notes values (2);");
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.files.size(), 1U);
    EXPECT_EQ(project().value("select group_concat(n) from catalog.notes"), "1,2");
}

TEST_P(MariadbInterruption, ByAStopRequestCancelsTheStatementAndTellsWhatStays) {
    project().write(
        "catalog/002_slow.sql",
        "create table {schema}.a (x int);\ninsert into {schema}.notes values (1);\n" +
            kind().slow_query + ";\n"
    );
    std::stop_source stop;
    auto run = start_apply(stop.get_token());
    wait_for("select count(%collations");
    stop.request_stop();
    const End end = run.get();
    EXPECT_EQ(end.kind, ErrorKind::Cancelled) << end.text;
    EXPECT_EQ(count("notes"), "0");
    EXPECT_EQ(unfinished().statement, 1);
    project().write("catalog/002_slow.sql", "insert into {schema}.notes values (1);");
    project().apply();
    EXPECT_EQ(count("notes"), "1");
}

TEST_P(MariadbInterruption, StatementsHaveATimeLimit) {
    project().database.statement_timeout = std::chrono::milliseconds(50);
    project().write("catalog/002_slow.sql", "do 1;\nselect sleep(600) from {schema}.notes;\n");
    project().execute("insert into catalog.notes values (1)");
    const End end = start_apply().get();
    EXPECT_EQ(end.kind, ErrorKind::MigrationFailed);
    EXPECT_TRUE(has(end.text, "statement 2, line 2")) << end.text;
    EXPECT_TRUE(has(end.text, "max_statement_time")) << end.text;
}

TEST_P(MariadbInterruption, TimeLimitHoldsBehindAFileThatLiftsIt) {
    project().database.statement_timeout = std::chrono::milliseconds(50);
    project().write("catalog/002_lifts.sql", "set max_statement_time = 0;\ndo sleep(0.1);");
    project().write("catalog/003_slow.sql", "select sleep(600) from {schema}.notes;\n");
    project().execute("insert into catalog.notes values (1)");
    const End end = start_apply().get();
    EXPECT_TRUE(has(end.text, "003_slow.sql failed")) << end.text;
}

TEST_P(MariadbInterruption, DdlWaitsForOthersAsLongAsIsAllowed) {
    project().database.ddl_lock_timeout = std::chrono::milliseconds(500);
    execute("start transaction");
    db::sql::query_row(*watcher_, "select count(*) from catalog.notes");
    project().write("catalog/002_ddl.sql", "alter table {schema}.notes add column m int;\n");
    const End end = start_apply().get();
    EXPECT_EQ(end.kind, ErrorKind::MigrationFailed);
    EXPECT_TRUE(has(end.text, "Error 1205")) << end.text;
    execute("rollback");
    project().apply();
    EXPECT_EQ(project().value("select count(m) from catalog.notes"), "0");
}

TEST_P(MariadbInterruption, ByALostSessionLetsTheNextRunHaveTheLock) {
    project().write("catalog/002_slow.sql", "do sleep(600);");
    auto run = start_apply();
    const std::string session = wait_for("do sleep");
    project().write("catalog/002_slow.sql", "do 1;");
    auto next = start_apply();  // waits for the lock
    execute("kill " + session);
    EXPECT_EQ(run.get().kind, ErrorKind::Unavailable);
    EXPECT_EQ(next.get().text, "");
    EXPECT_EQ(project().rows().back(), "002_slow.sql/catalog");
}

TEST_P(MariadbInterruption, OfAMarkedFileTellsHowManyStatementsHaveRun) {
    project().write(
        "catalog/002_marked.sql",
        "-- migrator:no-transaction\ninsert into {schema}.notes values (1);\n"
        "insert into {schema}.notes values (2);\ndo sleep(600);\n"
    );
    auto run = start_apply();
    kill(wait_for("do sleep"));
    run.get();
    EXPECT_EQ(count("notes"), "2");
    const TenantState state = unfinished();
    EXPECT_TRUE(has(state.file, "002_marked.sql"));
    EXPECT_EQ(state.statement, 2);
}

TEST_P(MariadbInterruption, AProcedureThatReleasesTheLockEndsTheRun) {
    project().write(
        "catalog/002_lock.sql",
        "create procedure {schema}.p() do release_all_locks();\ncall {schema}.p();\n"
    );
    project().write("catalog/003_next.sql", "insert into {schema}.notes values (1);");
    project().database.batch_bytes = 0;
    const End end = start_apply().get();
    EXPECT_EQ(end.kind, ErrorKind::Locked);
    EXPECT_TRUE(has(end.text, "the script released it")) << end.text;
    EXPECT_EQ(count("notes"), "0");
}

MIGRATOR_ON_DATABASE(MariadbInterruption, "Mariadb");

}  // namespace
}  // namespace migrator::test
