// MariaDB: kill -9, or connections that drop, in the middle of a run whose files hold DDL, of one
// worker or several. What the metadata claims, and what the next run makes of it.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <set>
#include <thread>

#include "e2e/site_test.hpp"

namespace migrator::test {
namespace {

constexpr int kTenants = 4;
constexpr int kStatements = 6;  // of each file

/// How often; 50 and more by hand.
int rounds() {
    const std::string given = variable("MIGRATOR_TEST_KILLS");
    return given.empty() ? 12 : std::stoi(given);
}

/// A file that one schema has not got yet, and how far it has come there.
struct Unfinished {
    std::string schema;
    std::string file;  ///< "1001b"
    int done = 0;      ///< statements whose effect is there
};

struct Way {
    const char* name;
    bool drops_connections = false;
    bool several_workers = false;
};

class KilledWhereDdlCommits : public testing::TestWithParam<Way> {
protected:
    void SetUp() override {
        const std::string url = mariadb_for_tests();
        if (url.empty()) GTEST_SKIP() << "MIGRATOR_TEST_MARIADB_URL is not set";
        site_ = std::make_unique<Site>(Driver::Mariadb, url);
        site_->write_logs();
        for (int i = 0; i < kTenants; ++i) {
            ASSERT_EQ(site_->run({"create-tenant", tenant(i)}).exit_code, 0);
        }
        ASSERT_EQ(site_->run({"apply"}).exit_code, 0);
    }

    static std::string tenant(int number) { return "t" + std::to_string(number); }
    static std::vector<std::string> files_of(int round) {
        const std::string number = std::to_string(1000 + round);
        return {number + "a", number + "b", number + "c", number + "d"};
    }

    /// Statements whose effects can be told from one another; the first, third and fifth commit.
    void write_round(int round) {
        for (const std::string& file : files_of(round)) {
            const std::string folder =
                file.back() == 'a' || file.back() == 'd' ? "catalog" : "stores";
            const std::string one = "{schema}.f" + file + "_1";
            const std::string two = "{schema}.f" + file + "_2";
            // A script with a delimiter of its own is sent one statement a message.
            const bool apart = file.back() == 'c';
            const std::string end = apart ? "//\n" : ";\n";
            site_->write(
                folder + "/" + file + ".sql",
                (apart ? "delimiter //\n" : "") + ("create table " + one) + " (n integer)" + end +
                    "insert into " + one +
                    " select 1 from information_schema.collations a, "
                    "information_schema.collations b limit 3000" +
                    end + "create table " + two + " (n integer)" + end + "insert into " + one +
                    " values (-1)" + end + "alter table " + two + " add column k integer" + end +
                    "insert into " + two + " (k) values (9)" + end
            );
        }
    }

    std::string ask(const std::string& sql) const { return site_->value(sql); }
    bool has_table(const std::string& schema, const std::string& name) const {
        return ask("select count(*) from information_schema.tables where table_schema = '" +
                   schema + "' and table_name = '" + name + "'") == "1";
    }

    /// How many statements, from the first on, have had their effect. Fails the test when a later
    /// one has had it without an earlier one.
    int statements_done(const std::string& schema, const std::string& file) const {
        const std::string one = schema + ".f" + file + "_1";
        const std::string two = schema + ".f" + file + "_2";
        const bool has_one = has_table(schema, "f" + file + "_1");
        const bool has_two = has_table(schema, "f" + file + "_2");
        const bool done[kStatements] = {
            has_one,
            has_one && ask("select count(*) from " + one + " where n > 0") == "3000",
            has_two,
            has_one && ask("select count(*) from " + one + " where n = -1") == "1",
            has_two &&
                ask("select count(*) from information_schema.columns where table_schema = '" +
                    schema + "' and table_name = 'f" + file + "_2' and column_name = 'k'") == "1",
            has_two && ask("select count(*) from " + two) == "1"};
        int count = 0;
        while (count < kStatements && done[count]) ++count;
        for (int i = count; i < kStatements; ++i) {
            EXPECT_FALSE(done[i]) << schema << ", " << file << ", statement " << i + 1;
        }
        return count;
    }

    /// Compares the metadata with the effects, for every schema and file of the round. One file
    /// may be unfinished, or one for each tenant that was worked for at once.
    std::vector<Unfinished> check(int round) {
        std::vector<Unfinished> unfinished;
        std::set<std::string> seen;
        for (int i = -1; i < kTenants; ++i) {
            const std::string schema = i < 0 ? "catalog" : tenant(i);
            const std::string state = " from migrator.migrator_tenant_state where tenant = '" +
                                      (i < 0 ? "" : schema) + "'";
            for (const std::string& file : files_of(round)) {
                const bool single = file.back() == 'a' || file.back() == 'd';
                if (single != (i < 0)) continue;
                const int done = statements_done(schema, file);
                const bool recorded =
                    site_->applied("db_schema = '" + schema + "' and name = '" + file + ".sql'") ==
                    "1";
                if (recorded) {
                    EXPECT_EQ(done, kStatements) << schema << " " << file << " is recorded";
                    continue;
                }
                const std::string of_file = state + " and file like '%" + file + ".sql'";
                const bool named = ask("select count(*)" + of_file) == "1";
                if (!named) {
                    EXPECT_EQ(done, 0) << schema << " " << file << " is nowhere";
                    continue;
                }
                const bool is_first = seen.insert(GetParam().several_workers ? schema : "").second;
                EXPECT_TRUE(is_first) << "two files are unfinished";
                const int known = std::stoi(ask("select statement" + of_file));
                const std::string doubt = ask("select message" + of_file);
                EXPECT_LE(known, done) << "the metadata claim more than was done";
                EXPECT_LE(done, known + 1) << "more than one statement is unknown";
                EXPECT_TRUE(doubt.starts_with("statement " + std::to_string(known + 1) + " "))
                    << doubt;
                unfinished.push_back({.schema = schema, .file = file, .done = done});
            }
        }
        return unfinished;
    }

    void wait_for_the_dead() {
        wait_until("the sessions of the dead process have gone", [&] {
            return ask("select count(*) from information_schema.processlist where id <> "
                       "connection_id() and command <> 'Daemon' and user <> 'system user'") == "0";
        });
    }

    /// Ends every session but our own.
    void drop_connections() {
        for (const std::string& kill : site_->mariadb().list(
                 "select concat('kill ', id) from information_schema.processlist where id <> "
                 "connection_id() and command <> 'Daemon' and user <> 'system user'"
             )) {
            try {
                ask(kill);
            } catch (const std::exception&) {
                // It has gone by itself.
            }
        }
    }

    void drop_what_is_there(const Unfinished& left) {
        ask("drop table if exists " + left.schema + ".f" + left.file + "_1, " + left.schema + ".f" +
            left.file + "_2");
    }

    std::vector<std::string> apply(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> arguments = {"apply"};
        if (GetParam().several_workers) {
            for (const char* set : {"atomicity=tenant", "parallelism=4"}) {
                arguments.insert(arguments.end(), {"--set", set});
            }
        }
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }

    /// Starts the next run, which fails in the file that is half done; mends that by dropping what
    /// is there, or by going on behind it. Says how the last run ended.
    Process::Result complete(const std::vector<Unfinished>& all, bool by_hand) {
        if (GetParam().several_workers) {
            for (const Unfinished& left : all) drop_what_is_there(left);
            return site_->run(apply());
        }
        const Unfinished* left = all.empty() ? nullptr : &all.front();
        if (left == nullptr || left->done == 0) return site_->run({"apply"});
        const auto first = site_->run({"apply"});
        EXPECT_EQ(first.exit_code, 1) << first.out << first.err;
        EXPECT_NE(
            first.err.find(left->file + ".sql failed with error: Error 1050"), std::string::npos
        ) << first.err;
        EXPECT_NE(first.err.find("In doubt: statement"), std::string::npos) << first.err;
        if (by_hand) {
            drop_what_is_there(*left);
            return site_->run({"apply"});
        }
        return site_->run({"apply", "--resume-at-statement", std::to_string(left->done + 1)});
    }

    std::unique_ptr<Site> site_;
};

TEST_P(KilledWhereDdlCommits, TheMetadataSayTheTruthAndTheNextRunCompletes) {
    write_round(0);
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(site_->run(apply()).exit_code, 0);
    const std::chrono::microseconds whole = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - start
    );
    std::mt19937 random(11);
    std::uniform_int_distribution<std::int64_t> moments(0, whole.count());
    int half_done = 0;
    for (int round = 1; round <= rounds(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        write_round(round);
        {
            const auto process =
                site_->start(apply({"--set", round % 3 == 0 ? "batchBytes=0" : "batchBytes=262144"})
                );
            std::this_thread::sleep_for(std::chrono::microseconds(moments(random)));
            if (GetParam().drops_connections) {
                drop_connections();
            } else {
                process->send_signal(SIGKILL);
            }
            process->wait();
        }
        wait_for_the_dead();
        const auto left = check(round);
        half_done += static_cast<int>(std::ranges::count_if(left, [](const Unfinished& one) {
            return one.done > 0;
        }));
        const auto last = complete(left, round % 2 == 0);
        EXPECT_EQ(last.exit_code, 0) << last.out << last.err;
        EXPECT_TRUE(check(round).empty());
        if (HasFailure()) break;
    }
    RecordProperty("half_done", half_done);
    EXPECT_EQ(site_->run({"status", "--exit-code"}).exit_code, 0);
    EXPECT_EQ(ask("select count(*) from migrator.migrator_tenant_state"), "0");
}

INSTANTIATE_TEST_SUITE_P(
    Mariadb,
    KilledWhereDdlCommits,
    testing::Values(
        Way{.name = "ProcessKilled"},
        Way{.name = "ConnectionDropped", .drops_connections = true},
        Way{.name = "ProcessOfSeveralWorkersKilled", .several_workers = true},
        Way{.name = "ConnectionsOfSeveralWorkersDropped",
            .drops_connections = true,
            .several_workers = true}
    ),
    [](const testing::TestParamInfo<Way>& way) { return way.param.name; }
);

// The server's session outlives its client, and holds the lock as long as it works.
TEST(KilledOnMariadb, WaiterDoesNotStartBeforeTheLastStatementOfTheDeadHasEnded) {
    const std::string url = mariadb_for_tests();
    if (url.empty()) GTEST_SKIP() << "MIGRATOR_TEST_MARIADB_URL is not set";
    Site site(Driver::Mariadb, url);
    site.write_logs();
    ASSERT_EQ(site.run({"apply"}).exit_code, 0);
    site.write_entry("catalog/010_slow.sql", "do sleep(2);\n");
    const std::string working =
        "select count(*) from information_schema.processlist where info like '%do sleep(2)%' and "
        "id <> connection_id()";
    const auto first = site.start({"apply"});
    wait_until("the first works", [&] { return site.value(working) != "0"; });
    first->send_signal(SIGKILL);
    first->wait();
    const auto refused = site.run({"apply", "--lock-timeout", "0s"});
    EXPECT_EQ(refused.exit_code, 5) << refused.err;
    const auto second = site.run({"apply"});
    EXPECT_EQ(second.exit_code, 0) << second.err;
    // What the dead had sent was executed to its end, its row included.
    EXPECT_EQ(site.entries("catalog"), "010_slow.sql");
    EXPECT_EQ(site.applied("name = '010_slow.sql'"), "1");
}

// The lock of the run is free then: its session has ended before those of the workers.
TEST(KilledOnMariadb, WaiterDoesNotStartBeforeTheLastStatementsOfDeadWorkersHaveEnded) {
    const std::string url = mariadb_for_tests();
    if (url.empty()) GTEST_SKIP() << "MIGRATOR_TEST_MARIADB_URL is not set";
    Site site(Driver::Mariadb, url);
    site.write_logs();
    const std::vector<std::string> tenants = {"north", "east", "south", "west"};
    for (const std::string& name : tenants) {
        ASSERT_EQ(site.run({"create-tenant", name}).exit_code, 0);
    }
    ASSERT_EQ(site.run({"apply"}).exit_code, 0);
    site.value(
        "create table catalog.gates (tenant varchar(50) primary key, n integer) engine = "
        "InnoDB"
    );
    for (const std::string& name : tenants) {
        site.value("insert into catalog.gates values ('" + name + "', 0)");
    }
    site.write_entry(
        "stores/010_gated.sql", "update catalog.gates set n = n + 1 where tenant = '{schema}';\n"
    );
    std::vector<std::string> apply = {"apply"};
    for (const char* set : {"atomicity=tenant", "parallelism=4", "ddlLockTimeout=10m"}) {
        apply.insert(apply.end(), {"--set", set});
    }
    const auto wait_for_sessions = [&](const std::string& number) {
        wait_until(number + " sessions wait at the gates", [&] {
            return site.value(
                       "select count(*) from information_schema.processlist where info like "
                       "'update catalog.gates%'"
                   ) == number;
        });
    };
    // For rows that are locked the server waits even when its client has gone.
    site.value("start transaction; select * from catalog.gates for update");
    const auto process = site.start(apply);
    wait_for_sessions("4");
    process->send_signal(SIGKILL);
    process->wait();
    wait_until("the lock of the run is free", [&] {
        return site.value("select is_free_lock('migrator')") == "1";
    });
    std::vector<std::string> at_once = apply;
    at_once.insert(at_once.end(), {"--lock-timeout", "0s"});
    EXPECT_EQ(site.run(at_once).exit_code, 5);
    wait_for_sessions("4");
    site.value("commit");
    const auto second = site.run(apply);
    EXPECT_EQ(second.exit_code, 0) << second.err;
    EXPECT_EQ(site.value("select count(*) from catalog.gates where n = 1"), "4");
    EXPECT_EQ(site.applied("name = '010_gated.sql'"), "4");
    for (const std::string& name : tenants) EXPECT_EQ(site.entries(name), "010_gated.sql");
}

}  // namespace
}  // namespace migrator::test
