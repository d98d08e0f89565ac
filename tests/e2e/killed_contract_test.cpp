// kill -9 in the middle of a run: what is left, and what the next run makes of it.
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "e2e/site_test.hpp"

namespace migrator::test {
namespace {

constexpr int kTenants = 14;  // SQLite works on ten files at a time: more than one group

/// How often; 50 and more by hand.
int rounds() {
    const std::string given = variable("MIGRATOR_TEST_KILLS");
    return given.empty() ? 15 : std::stoi(given);
}

std::string tenant(int number) { return "t" + std::to_string(number); }

class Killed : public SiteTest {
protected:
    void SetUp() override {
        SiteTest::SetUp();
        if (IsSkipped()) return;
        site().write_logs();
        for (int i = 0; i < kTenants; ++i) {
            ASSERT_EQ(site().run({"create-tenant", tenant(i)}).exit_code, 0);
        }
        ASSERT_EQ(site().run({"apply"}).exit_code, 0);
        ASSERT_EQ(site().entries("catalog"), "");
    }

    /// Files for the next run, all of whose effects it takes a while to make.
    void write_round(int round) {
        const std::string number = std::to_string(1000 + round);
        const std::string more =
            "create table {schema}.x" + number + "{part} (n integer);\ninsert into {schema}.x" +
            number +
            "{part} with recursive n(x) as (select 1 union all select x + 1 from n where x < 3000) "
            "select x from n;\n";
        const auto write = [&](const std::string& folder, const std::string& part) {
            std::string text = more;
            for (auto at = text.find("{part}"); at != std::string::npos; at = text.find("{part}")) {
                text.replace(at, 6, part);
            }
            site().write_entry(folder + "/" + number + part + ".sql", text);
        };
        write("catalog", "a");
        write("stores", "b");
        write("stores", "c");
        write("catalog", "d");
    }

    std::chrono::microseconds time_of_a_run() {
        write_round(0);
        const auto start = std::chrono::steady_clock::now();
        EXPECT_EQ(site().run({"apply"}).exit_code, 0);
        return std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - start
        );
    }

    /// Metadata and effects agree, for every schema; says which files of `round` are there.
    std::string check(int round) {
        std::string found;
        const std::string like = std::to_string(1000 + round) + "%";
        for (int i = -1; i < kTenants; ++i) {
            const std::string schema = i < 0 ? "catalog" : tenant(i);
            EXPECT_EQ(site().recorded(schema), site().entries(schema)) << schema;
            found += site().applied("db_schema = '" + schema + "' and name like '" + like + "'");
        }
        return found;
    }

    /// `left`: the files there are of the round, for catalog and each tenant.
    void expect_metadata_to_name_the_unfinished(const std::string& left) {
        const bool partly_done = left.find_first_not_of('0') != std::string::npos;
        for (int i = 0; i < kTenants; ++i) {
            const char files = left.at(static_cast<std::size_t>(i) + 1);
            EXPECT_NE(files, '1') << tenant(i) << " is in one group, all or nothing";
            if (!partly_done || files == '2') continue;
            const std::string table =
                std::string(site().on_sqlite() ? "" : "migrator.") + "migrator_tenant_state";
            const std::string row = " where tenant = '" + tenant(i) + "'";
            EXPECT_EQ(site().value("select count(*) from " + table + row), "1") << tenant(i);
        }
    }

    /// PostgreSQL: the server may still be busy with what it was sent.
    void wait_for_the_dead() {
        if (site().on_sqlite()) return;
        wait_until("the sessions of the dead process have gone", [&] {
            return site().value(
                       "select count(*) from pg_stat_activity where datname = current_database() "
                       "and pid <> pg_backend_pid() and backend_type = 'client backend'"
                   ) == "0";
        });
    }
};

TEST_P(Killed, AtAnyMomentLeavesAllOrNothingAndTheNextRunCompletes) {
    const auto whole = time_of_a_run();
    std::mt19937 random(7);
    std::uniform_int_distribution<std::int64_t> moments(0, whole.count());
    const std::string nothing(kTenants + 1, '0');
    const std::string all(kTenants + 1, '2');
    int with_nothing = 0;
    int with_some = 0;
    int with_all = 0;
    for (int round = 1; round <= rounds(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        write_round(round);
        {
            const auto process = site().start({"apply"});
            std::this_thread::sleep_for(std::chrono::microseconds(moments(random)));
            process->send_signal(SIGKILL);
            process->wait();
        }
        // In every other round the next run itself has to wait for the dead.
        if (site().on_sqlite() || round % 2 == 0) {
            wait_for_the_dead();
            const std::string left = check(round);
            expect_metadata_to_name_the_unfinished(left);
            (left == nothing ? with_nothing : left == all ? with_all : with_some) += 1;
            if (!site().on_sqlite()) {
                EXPECT_EQ(with_some, 0) << left;
            }
        }
        const auto next = site().run({"apply"});
        EXPECT_EQ(next.exit_code, 0) << next.err;
        EXPECT_EQ(check(round), all);
        if (HasFailure()) break;
    }
    RecordProperty("left_nothing", with_nothing);
    RecordProperty("left_some", with_some);
    RecordProperty("left_all", with_all);
    EXPECT_EQ(site().run({"status", "--exit-code"}).exit_code, 0);
}

// Where DDL commits a file can be left half-way: killed_where_ddl_commits_contract_test.cpp.
INSTANTIATE_TEST_SUITE_P(
    Databases, Killed, testing::Values(Driver::Sqlite, Driver::Postgresql), driver_name
);

class KilledHolder : public PostgresqlSiteTest {};

// The server learns of a client's death within a second where it looks after its clients. Where it
// can't, or a script has switched that off, the last statement runs on to its end.
TEST_F(KilledHolder, WaiterDoesNotStartBeforeTheLastStatementOfTheDeadHasEnded) {
    for (const bool server_looks : {true, false}) {
        SCOPED_TRACE(server_looks ? "the server looks" : "the server does not look");
        SetUp();
        make_gates();
        site().write_logs();
        ASSERT_EQ(site().run({"apply"}).exit_code, 0);
        const std::string blind =
            server_looks ? "" : "set local client_connection_check_interval = 0;\n";
        site().write_entry("catalog/010_slow.sql", blind + gate("slow"));
        const auto first = site().start(apply_as("first"));
        wait_for_query("first", "%wait_at%");
        const auto second = site().start(apply_as("second"));
        wait_until_waiting("second");
        const pid_t dead = first->pid();
        first->send_signal(SIGKILL);
        first->wait();
        const std::string working =
            "select count(*) from pg_stat_activity where datname = current_database() and "
            "application_name = 'first' and query like "
            "'%wait_at%'";
        if (server_looks) {
            wait_until("the server has noticed", [&] { return site().value(working) == "0"; });
        } else {
            // The dead process's lock is free at once; its last statement still works.
            wait_until("the second has the lock", [&] {
                return site().value(
                           "select count(*) from pg_stat_activity where datname = "
                           "current_database() and application_name = "
                           "'second' and query like '%7883946363647717235%'"
                       ) != "0";
            });
            EXPECT_EQ(site().value(working), "1");
            const auto third = site().run({"apply", "--lock-timeout", "0s"});
            EXPECT_EQ(third.exit_code, 5) << third.err;
            const std::string owner = "process " + std::to_string(dead);
            EXPECT_NE(third.err.find(owner), std::string::npos) << third.err;
        }
        open_gate("slow");
        const auto result = second->wait();
        EXPECT_EQ(result.exit_code, 0) << result.err;
        EXPECT_EQ(site().entries("catalog"), "010_slow.sql");
        EXPECT_EQ(site().value("select sum(others) from catalog.log"), "0");
        EXPECT_EQ(site().applied("name = '010_slow.sql'"), "1");
    }
}

// scripts/check-lost-client.sh measures what becomes of it.
TEST_F(KilledHolder, ServerIsToldToForgetAClientThatVanishesWithoutAWord) {
    site().write_logs();
    site().write(
        "catalog/010_settings.sql",
        "insert into {schema}.log values (concat_ws(' ', current_setting('tcp_user_timeout'), "
        "current_setting('tcp_keepalives_idle'), current_setting('tcp_keepalives_interval'), "
        "current_setting('tcp_keepalives_count')), 0);"
    );
    if (site().value("select current_setting('server_version_num')::integer < 120000") == "t") {
        GTEST_SKIP() << "this server has no tcp_user_timeout";
    }
    ASSERT_EQ(site().run({"apply"}).exit_code, 0);
    EXPECT_EQ(site().entries("catalog"), "30000 15 5 3");
}

class KilledOnSqlite : public testing::Test {};

TEST_F(KilledOnSqlite, WaiterAppliesWhatTheDeadHadNot) {
    Site site(Driver::Sqlite, "");
    site.write_logs();
    ASSERT_EQ(site.run({"apply"}).exit_code, 0);
    site.write_entry("catalog/010_slow.sql", site.slow_statement(1));
    const auto first = site.start({"apply", "--set", "logLevel=DEBUG"});
    first->wait_for_line("file: ");
    const auto second = site.start({"apply"});
    first->send_signal(SIGKILL);
    EXPECT_EQ(second->wait().exit_code, 0);
    EXPECT_EQ(site.entries("catalog"), "010_slow.sql");
    EXPECT_EQ(site.applied("name = '010_slow.sql'"), "1");
}

}  // namespace
}  // namespace migrator::test
