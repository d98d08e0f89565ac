// Behind PgBouncer in transaction mode: MIGRATOR_TEST_PGBOUNCER_URL leads to the server of
// MIGRATOR_TEST_POSTGRESQL_URL with idle_transaction_timeout=5 and a pool of three.
#include <libpq-fe.h>

#include <csignal>

#include "core/freed_by.hpp"
#include "e2e/site_test.hpp"

namespace migrator::test {
namespace {

constexpr int kPoolSize = 3;

class BehindPgBouncer : public PostgresqlSiteTest {
protected:
    void SetUp() override {
        pooler_ = variable("MIGRATOR_TEST_PGBOUNCER_URL");
        if (pooler_.empty() &&
            variable("MIGRATOR_TEST_REQUIRE").find("pgbouncer") != std::string::npos) {
            FAIL() << "MIGRATOR_TEST_PGBOUNCER_URL is not set, but required";
        }
        if (pooler_.empty()) GTEST_SKIP() << "MIGRATOR_TEST_PGBOUNCER_URL is not set";
        PostgresqlSiteTest::SetUp();
        if (IsSkipped()) return;
        const std::string& url = site().url();
        pooler_ = with_database(pooler_, url.substr(url.rfind('/') + 1));
        site().write_logs();
        ASSERT_EQ(site().run({"apply"}).exit_code, 0);
    }
    void TearDown() override {
        // The database can only be dropped when the pooler has no session in it.
        clients_.clear();
        PostgresqlSiteTest::TearDown();
    }

    std::unique_ptr<Process> start_pooled(const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments = {"apply", "--set", "dataSource=" + pooler_};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return site().start(arguments);
    }

    /// What a client finds in each session of the pool: it holds all of them in transactions.
    std::vector<std::string> ask_every_session(const std::string& sql) {
        clients_.clear();
        std::vector<std::string> answers;
        for (int i = 0; i < kPoolSize; ++i) {
            clients_.emplace_back(PQconnectdb(pooler_.c_str()));
            ask("begin");
            answers.push_back(ask(sql));
        }
        for (const auto& client : clients_) PQclear(PQexec(client.get(), "rollback"));
        return answers;
    }

    /// A file that leaves everything in its session that can be left there.
    static std::string untidy() {
        return "set work_mem = '1234kB'; set search_path = catalog; create temp table seen (a "
               "int);\nprepare p as select 1; select pg_advisory_lock(42); listen channel;\n"
               "declare c cursor with hold for select 1; set session characteristics as "
               "transaction isolation level serializable;\nset session authorization "
               "pg_monitor;\n";
    }
    static std::string traces() {
        return "select concat_ws(' ', current_setting('work_mem'), current_setting('search_path'),"
               "current_setting('default_transaction_isolation'), current_user, session_user,"
               "(select count(*) from pg_class where relpersistence = 't'),"
               "(select count(*) from pg_prepared_statements where name = 'p'),"
               "(select count(*) from pg_cursors where name = 'c'),"
               "(select count(*) from pg_listening_channels()),"
               "(select count(*) from pg_locks where locktype = 'advisory' and database = "
               "(select oid from pg_database where datname = current_database())))";
    }
    void expect_no_traces() {
        const std::string clean = site().value(traces());
        for (const std::string& found : ask_every_session(traces())) EXPECT_EQ(found, clean);
    }

    std::string pooler_;

private:
    std::string ask(const std::string& sql) {
        PGconn* client = clients_.back().get();
        const std::unique_ptr<PGresult, FreedBy<PQclear>> result(PQexec(client, sql.c_str()));
        if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR) {
            throw std::runtime_error(PQerrorMessage(client));
        }
        return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
    }

    std::vector<std::unique_ptr<PGconn, FreedBy<PQfinish>>> clients_;
};

TEST_F(BehindPgBouncer, RunLongerThanItsIdleTimeoutIsAppliedOnceByTwoProcesses) {
    const std::string seconds = variable("MIGRATOR_TEST_LONG_RUN");  // 60 by hand
    site().write_entry(
        "catalog/010_slow.sql", "select pg_sleep(" + (seconds.empty() ? "8" : seconds) + ");"
    );
    site().write_entry("catalog/011_last.sql");
    const auto first = start_pooled();
    const auto second = start_pooled();
    const auto of_first = first->wait();
    const auto of_second = second->wait();
    EXPECT_EQ(of_first.exit_code, 0) << of_first.err;
    EXPECT_EQ(of_second.exit_code, 0) << of_second.err;
    EXPECT_EQ(site().entries("catalog"), "010_slow.sql,011_last.sql");
    EXPECT_EQ(site().value("select sum(others) from catalog.log"), "0");
    EXPECT_EQ(site().applied("name like '01%'"), "2");
    expect_no_traces();
}

TEST_F(BehindPgBouncer, NobodyElseSeesWhatASuccessfulRunSet) {
    site().write("catalog/010_untidy.sql", untidy());
    const auto result = start_pooled()->wait();
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(site().applied("name like '01%'"), "1");
    expect_no_traces();
}

TEST_F(BehindPgBouncer, AFileFindsNothingOfTheOneBeforeIt) {
    site().write("catalog/010_untidy.sql", untidy());
    site().write("catalog/011_plain.sql", "create table catalog.found as " + traces());
    for (const char* atomicity : {"version", "tenant", "file"}) {
        SCOPED_TRACE(atomicity);
        const auto result = start_pooled({"--set", std::string("atomicity=") + atomicity})->wait();
        EXPECT_EQ(result.exit_code, 0) << result.err;
        // The last number is of advisory locks, and the run's own are among them.
        const auto without_locks = [](const std::string& found) {
            return found.substr(0, found.rfind(' '));
        };
        EXPECT_EQ(
            without_locks(site().value("select * from catalog.found")),
            without_locks(ask_every_session(traces())[0])
        );
        site().value(
            "drop table catalog.found; delete from migrator.migrator_migrations where name like "
            "'01%'"
        );
    }
}

TEST_F(BehindPgBouncer, NobodyElseSeesWhatAFailedRunSet) {
    site().write("catalog/010_untidy.sql", untidy());
    site().write("catalog/011_wrong.sql", "selec 1;");
    const auto result = start_pooled({"--set", "batchBytes=0"})->wait();
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_NE(result.err.find("011_wrong.sql"), std::string::npos) << result.err;
    expect_no_traces();
}

TEST_F(BehindPgBouncer, NobodyElseSeesWhatACancelledRunSet) {
    site().write("catalog/010_untidy.sql", untidy());
    site().write("catalog/011_slow.sql", "select pg_sleep(600);");
    const auto process = start_pooled({"--set", "batchBytes=0"});
    wait_until("it sleeps", [&] {
        return site().value(
                   "select count(*) from pg_stat_activity where datname = current_database() and "
                   "query like 'select pg_sleep(600)%'"
                   " and datname = current_database()"
               ) != "0";
    });
    process->send_signal(SIGINT);
    EXPECT_EQ(process->wait().exit_code, 130);
    expect_no_traces();
}

TEST_F(BehindPgBouncer, NobodyElseSeesWhatAKilledRunSet) {
    site().write("catalog/010_untidy.sql", untidy());
    site().write("catalog/011_slow.sql", "select pg_sleep(600);");
    const auto process = start_pooled({"--set", "batchBytes=0"});
    const auto is_working = [&] {
        return site().value(
                   "select count(*) from pg_stat_activity where datname = current_database() and "
                   "query like 'select pg_sleep(600)%'"
                   " and datname = current_database()"
               ) != "0";
    };
    wait_until("it sleeps", is_working);
    process->send_signal(SIGKILL);
    process->wait();
    wait_until("the pooler has closed its session", [&] { return !is_working(); });
    expect_no_traces();
}

}  // namespace
}  // namespace migrator::test
