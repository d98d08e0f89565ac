// One run over several servers: killed, with a server that is killed, beside other runs.
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "core/random_id.hpp"
#include "e2e/own_server.hpp"
#include "e2e/site_test.hpp"

namespace migrator::test {
namespace {

constexpr int kTenantsOfServer = 6;

/// A database on some server, dropped at the end.
class Shard {
public:
    explicit Shard(std::string server_url) : server_url_(std::move(server_url)) {
        std::string id = random_uuid();
        std::erase(id, '-');
        name_ = "migrator_shard_" + id;
        ask_postgresql(server_url_, "create database " + name_);
        url_ = with_database(server_url_, name_);
    }
    ~Shard() {
        try {
            ask_postgresql(server_url_, "drop database " + name_ + " with (force)");
        } catch (const std::exception&) {
            // Its server may be gone, and the database with it.
        }
    }
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    const std::string& url() const { return url_; }

private:
    const std::string server_url_;
    std::string name_;
    std::string url_;
};

/// Three servers: the site's own is the catalog, `east` and `west` are further ones.
class ServersSiteTest : public PostgresqlSiteTest {
protected:
    void begin(const std::string& east_server = "", const std::string& west_server = "") {
        site_url_ = site().url();
        const std::string server = postgresql_for_tests();
        east_ = std::make_unique<Shard>(east_server.empty() ? server : east_server);
        west_ = std::make_unique<Shard>(west_server.empty() ? server : west_server);
        site().write_logs();
        const auto first = apply();
        ASSERT_EQ(first.exit_code, 0) << first.err;
        for (const std::string& url : urls()) {
            for (int i = 0; i < kTenantsOfServer; ++i) {
                const std::string name = tenant_on(url, i);
                ask_postgresql(
                    url,
                    "create schema " + name +
                        "; insert into migrator.migrator_tenants (name) "
                        "values ('" +
                        name + "')"
                );
            }
        }
        ASSERT_EQ(apply().exit_code, 0);
    }

    std::vector<std::string> urls() const { return {site_url(), east_->url(), west_->url()}; }
    std::string site_url() const { return site_url_; }
    std::string tenant_on(const std::string& url, int number) const {
        const char letter = url == site_url() ? 'c' : url == east_->url() ? 'e' : 'w';
        return letter + std::to_string(number);
    }
    std::string servers(const std::string& first, const std::string& second) const {
        return "servers={\"east\": {\"dataSource\": \"" + first +
               "\"}, \"west\": {\"dataSource\": \"" + second + "\"}}";
    }
    std::vector<std::string> arguments(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> all{
            "apply",
            "--set",
            servers(east_->url(), west_->url()),
            "--set",
            "atomicity=tenant",
            "--set",
            "parallelism=2"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    Process::Result apply() { return site().run(arguments()); }

    /// How often the file has run in the schemas of all servers, single ones included: all that
    /// are not 1 are told.
    std::string wrong_counts(const std::string& file) const {
        std::string wrong;
        for (const std::string& url : urls()) {
            for (int i = 0; i < kTenantsOfServer; ++i) {
                const std::string schema = tenant_on(url, i);
                const std::string count = ask_postgresql(
                    url, "select count(*) from " + schema + ".log where file = '" + file + "'"
                );
                if (count != "1") wrong += schema + " " + count + ", ";
            }
        }
        return wrong;
    }
    /// The same of what the metadata says.
    void expect_records_to_agree(const std::string& file) const {
        for (const std::string& url : urls()) {
            for (int i = 0; i < kTenantsOfServer; ++i) {
                const std::string schema = tenant_on(url, i);
                EXPECT_EQ(
                    ask_postgresql(
                        url, "select count(*) from " + schema + ".log where file = '" + file + "'"
                    ),
                    ask_postgresql(
                        url,
                        "select count(*) from migrator.migrator_migrations where db_schema = '" +
                            schema + "' and name = '" + file + "'"
                    )
                ) << schema;
            }
        }
    }
    void wait_for_the_dead() const {
        for (const std::string& url : urls()) {
            wait_until("the sessions of the dead process have gone", [&] {
                return ask_postgresql(
                           url,
                           "select count(*) from pg_stat_activity where datname = "
                           "current_database() and pid <> pg_backend_pid() and query like "
                           "'%migrator%'"
                       ) == "0";
            });
        }
    }

    std::string site_url_;
    std::unique_ptr<Shard> east_;
    std::unique_ptr<Shard> west_;
};

int kills() {
    const std::string given = variable("MIGRATOR_TEST_KILLS");
    return given.empty() ? 6 : std::stoi(given);
}

TEST_F(ServersSiteTest, KilledAtAnyMomentIsFinishedByTheNextRun) {
    begin();
    if (HasFatalFailure()) return;
    const auto write_round = [&](int round) {
        const std::string file = std::to_string(1000 + round) + ".sql";
        site().write_entry("stores/" + file, "select pg_sleep(0.01);");
        site().write_entry("catalog/" + std::to_string(1000 + round) + "_single.sql");
        return file;
    };
    write_round(0);
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(apply().exit_code, 0);
    const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - start
    );
    std::mt19937 random(11);
    std::uniform_int_distribution<std::int64_t> moments(0, whole.count());
    for (int round = 1; round <= kills(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        const std::string file = write_round(round);
        {
            const auto process = site().start(arguments());
            std::this_thread::sleep_for(std::chrono::microseconds(moments(random)));
            process->send_signal(SIGKILL);
            process->wait();
        }
        wait_for_the_dead();
        expect_records_to_agree(file);
        const auto next = apply();
        EXPECT_EQ(next.exit_code, 0) << next.err;
        EXPECT_EQ(wrong_counts(file), "");
        for (const std::string& url : urls()) {
            EXPECT_EQ(
                ask_postgresql(
                    url,
                    "select count(*) from catalog.log where file = '" +
                        std::to_string(1000 + round) + "_single.sql'"
                ),
                "1"
            );
        }
        if (HasFailure()) break;
    }
}

TEST_F(ServersSiteTest, AServerThatIsKilledIsNamedAndFinishedByTheNextRun) {
    const auto programs = server_programs();
    if (!programs) GTEST_SKIP() << "no initdb and pg_ctl found (POSTGRES_BIN names their folder)";
    OwnServer server(*programs);
    begin(server.url());
    if (HasFatalFailure()) return;
    site().write_entry(
        "stores/100.sql",
        "select case when '{schema}' = 'e3' and not exists (select 1 from pg_tables where "
        "tablename = 'go_on') then pg_sleep(600) end;"
    );
    const auto process = site().start(arguments());
    wait_until("it sleeps on the server", [&] {
        return ask_postgresql(
                   east_->url(),
                   "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"
               ) != "0";
    });
    server.stop();
    const auto result = process->wait();
    EXPECT_EQ(result.exit_code, 6) << result.out << result.err;
    EXPECT_NE(result.err.find("east: unreachable"), std::string::npos) << result.err;
    EXPECT_EQ(
        ask_postgresql(west_->url(), "select count(*) from w5.log where file = '100.sql'"), "1"
    ) << "the others are done";
    const auto away = apply();
    EXPECT_EQ(away.exit_code, 6) << away.out << away.err;
    const auto status =
        site().run({"status", "--set", servers(east_->url(), west_->url()), "--exit-code"});
    EXPECT_EQ(status.exit_code, 6) << status.out << status.err;
    EXPECT_NE(status.out.find("east"), std::string::npos) << status.out;
    server.start();
    ask_postgresql(east_->url(), "create table public.go_on (i int)");
    const auto next = apply();
    EXPECT_EQ(next.exit_code, 0) << next.out << next.err;
    EXPECT_EQ(wrong_counts("100.sql"), "");
    expect_records_to_agree("100.sql");
}

TEST_F(ServersSiteTest, RunsThatStartTogetherDoEachFileOnce) {
    begin();
    if (HasFatalFailure()) return;
    site().write_entry("stores/100.sql", "select pg_sleep(0.05);");
    std::vector<std::unique_ptr<Process>> processes;
    for (int i = 0; i < 6; ++i) processes.push_back(site().start(arguments()));
    for (const auto& process : processes) {
        const auto result = process->wait();
        EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    }
    EXPECT_EQ(wrong_counts("100.sql"), "");
}

/// Each holds the lock that another one tries: whoever comes too late is told, and nobody waits
/// for ever.
TEST_F(ServersSiteTest, RunsWithEachServerAsTheCatalogNeverBlockEachOther) {
    begin();
    if (HasFatalFailure()) return;
    const std::vector<std::string> all = urls();
    for (int round = 0; round < 4; ++round) {
        const std::string file = std::to_string(100 + round) + ".sql";
        site().write_entry("stores/" + file, "select pg_sleep(0.05);");
        std::vector<std::unique_ptr<Process>> processes;
        for (std::size_t i = 0; i < all.size(); ++i) {
            processes.push_back(site().start(
                {"apply",
                 "--set",
                 "dataSource=" + all[i],
                 "--set",
                 servers(all[(i + 1) % all.size()], all[(i + 2) % all.size()]),
                 "--set",
                 "atomicity=tenant"}
            ));
        }
        for (const auto& process : processes) {
            const auto result = process->wait();
            EXPECT_TRUE(result.exit_code == 0 || result.exit_code == 6) << result.out << result.err;
        }
        const auto last = apply();
        EXPECT_EQ(last.exit_code, 0) << last.out << last.err;
        EXPECT_EQ(wrong_counts(file), "");
    }
}

}  // namespace
}  // namespace migrator::test
