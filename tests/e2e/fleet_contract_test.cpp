// A fleet of tenants, four at once: killed, cut off, run twice.
#include <atomic>
#include <csignal>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "e2e/service.hpp"
#include "e2e/site_test.hpp"
#include "e2e/tcp_gate.hpp"

namespace migrator::test {
namespace {

/// By hand: MIGRATOR_TEST_KILLS=200 kills so often, a fleet of 300 tenants with 20 files each.
int rounds() {
    const std::string given = variable("MIGRATOR_TEST_KILLS");
    return given.empty() ? 6 : std::stoi(given);
}
/// MIGRATOR_TEST_SEED chooses other moments.
unsigned seed() {
    const std::string given = variable("MIGRATOR_TEST_SEED");
    return given.empty() ? 11U : static_cast<unsigned>(std::stoul(given));
}
bool is_long() { return !variable("MIGRATOR_TEST_KILLS").empty(); }

class FleetSite : public PostgresqlSiteTest {
protected:
    void SetUp() override {
        PostgresqlSiteTest::SetUp();
        if (IsSkipped()) return;
        site().write_logs();
        ASSERT_EQ(apply().exit_code, 0);
    }

    void add_tenants() {
        for (int i = 1; i <= tenants_; ++i) {
            const std::string name = "t" + std::to_string(i);
            site().value(
                "create schema " + name +
                "; insert into migrator.migrator_tenants (name) values ('" + name + "')"
            );
        }
    }
    std::vector<std::string> arguments(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> all = {
            "apply", "--set", "atomicity=" + atomicity_, "--set", "parallelism=4"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    Process::Result apply(const std::vector<std::string>& more = {}) {
        return site().run(arguments(more));
    }
    /// A round's files: a single one between tenant files.
    void write_round(int round) {
        const std::string number = std::to_string(1000 + round);
        const int files = is_long() ? 20 : 4;
        for (int i = 0; i < files; ++i) {
            const std::string name = number + "_" + static_cast<char>('a' + i) + ".sql";
            site().write_entry(
                (i == files / 2 ? "catalog/" : "stores/") + name,
                "create table {schema}.x (n integer primary key);\ndrop table {schema}.x;"
            );
        }
        single_files_ += 1;
        tenant_files_ += files - 1;
    }

    /// Metadata and effects agree, for every schema, and nothing is there twice.
    void expect_effects_as_recorded() {
        std::string effects = "select 'catalog' as schema, file from catalog.log";
        for (int i = 1; i <= tenants_; ++i) {
            const std::string name = "t" + std::to_string(i);
            if (site().value("select to_regclass('" + name + ".log')").empty()) continue;
            effects += " union all select '" + name + "', file from " + name + ".log";
        }
        const std::string rows =
            "select db_schema::text, name::text from migrator.migrator_migrations where name not "
            "like '%log%'";
        const auto difference = [&](const std::string& these, const std::string& those) {
            return site().value(
                "select count(*) from (" + these + " except all (" + those + ")) d"
            );
        };
        EXPECT_EQ(difference(rows, effects), "0") << "recorded, but not done";
        EXPECT_EQ(difference(effects, rows), "0") << "done, but not recorded";
    }
    void expect_all_done() {
        EXPECT_EQ(
            site().applied("type = 2 and name not like '%log%'"),
            std::to_string(tenants_ * tenant_files_)
        );
        EXPECT_EQ(
            site().applied("type = 1 and name not like '%log%'"), std::to_string(single_files_)
        );
        EXPECT_EQ(site().value("select count(*) from migrator.migrator_tenant_state"), "0");
        expect_effects_as_recorded();
    }
    void wait_for_the_dead() {
        wait_until("the sessions of the dead process have gone", [&] {
            return site().value(
                       "select count(*) from pg_stat_activity where datname = current_database() "
                       "and pid <> pg_backend_pid() and backend_type = 'client backend'"
                   ) == "0";
        });
    }
    std::chrono::microseconds time_of_a_run() {
        write_round(0);
        const auto start = std::chrono::steady_clock::now();
        EXPECT_EQ(apply().exit_code, 0);
        return std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - start
        );
    }

    std::string atomicity_ = "tenant";
    int tenants_ = is_long() ? 300 : 16;
    int tenant_files_ = 0;
    int single_files_ = 0;
};

class FleetAtAnyMoment : public FleetSite, public testing::WithParamInterface<std::string> {
protected:
    void SetUp() override {
        atomicity_ = GetParam();
        FleetSite::SetUp();
    }
};

INSTANTIATE_TEST_SUITE_P(
    Atomicity,
    FleetAtAnyMoment,
    testing::Values(std::string("tenant"), std::string("file")),
    [](const auto& tested) { return tested.param; }
);

TEST_P(FleetAtAnyMoment, FirstRunKilledInTheMiddleIsCompletedByTheNext) {
    tenants_ = is_long() ? 300 : 40;
    add_tenants();
    write_round(0);
    const auto process = site().start(arguments());
    wait_until("half of the tenants have files", [&] {
        return std::stoi(site().value("select count(distinct db_schema) from "
                                      "migrator.migrator_migrations where type = 2")) >=
               tenants_ / 2;
    });
    process->send_signal(SIGKILL);
    process->wait();
    wait_for_the_dead();
    expect_effects_as_recorded();
    const auto next = apply();
    EXPECT_EQ(next.exit_code, 0) << next.err;
    expect_all_done();
    EXPECT_EQ(site().run({"status", "--exit-code"}).exit_code, 0);
}

TEST_P(FleetAtAnyMoment, KilledAtAnyMomentDoesNothingTwiceAndLosesNothing) {
    add_tenants();
    const auto whole = time_of_a_run();
    std::mt19937 random(seed());
    std::uniform_int_distribution<std::int64_t> moments(0, whole.count());
    for (int round = 1; round <= rounds() && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        write_round(round);
        {
            const auto process = site().start(arguments());
            std::this_thread::sleep_for(std::chrono::microseconds(moments(random)));
            process->send_signal(SIGKILL);
            process->wait();
        }
        // In every other round the next run itself has to wait for the dead.
        if (round % 2 == 0) {
            wait_for_the_dead();
            expect_effects_as_recorded();
        }
        const auto next = apply();
        EXPECT_EQ(next.exit_code, 0) << next.err;
        expect_all_done();
    }
}

TEST_P(FleetAtAnyMoment, CutOffAtAnyMomentDoesNothingTwiceAndLosesNothing) {
    add_tenants();
    const auto whole = time_of_a_run();
    std::mt19937 random(seed() + 2);
    std::uniform_int_distribution<std::int64_t> moments(0, whole.count());
    const std::string& url = site().url();
    const auto at = url.find('@') + 1;
    const auto colon = url.find(':', at);
    const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
    for (int round = 1; round <= rounds() && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        write_round(round);
        e2e::TcpGate gate(port);
        const std::string through = url.substr(0, at) + "127.0.0.1:" + std::to_string(gate.port()) +
                                    url.substr(url.rfind('/'));
        const auto process = site().start(arguments({"--set", "dataSource=" + through}));
        std::this_thread::sleep_for(std::chrono::microseconds(moments(random)));
        gate.close();
        gate.open();  // the network is back: what was cut stays cut
        process->wait();
        expect_effects_as_recorded();
        const auto next = apply();
        EXPECT_EQ(next.exit_code, 0) << next.err;
        expect_all_done();
    }
}

TEST_F(FleetSite, TwoProcessesAtOnceDoEverythingOnce) {
    add_tenants();
    write_round(0);
    const auto first = site().start(arguments());
    const auto second = site().start(arguments());
    EXPECT_EQ(first->wait().exit_code, 0);
    EXPECT_EQ(second->wait().exit_code, 0);
    expect_all_done();
}

/// One of several instances behind a balancer, asked to apply again and again while it is
/// restarted.
class Instance {
public:
    explicit Instance(const Site& site) : config_(site.folder() + "/migrator.yaml") { start(); }

    void restart() {
        service_->process().send_signal(SIGTERM);
        EXPECT_EQ(service_->process().wait().exit_code, 0);
        start();
    }
    /// The status of an apply; 0 when nobody answers, as while it is restarted. Any thread.
    int apply() const {
        const std::string body = R"({"mode": "apply", "response": "summary"})";
        try {
            http::test::Client client(port_);
            return client
                .ask(
                    "POST /v1/migrations HTTP/1.1\r\nHost: test\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body
                )
                .status;
        } catch (const std::runtime_error&) {
            return 0;
        }
    }

private:
    void start() {
        service_ = std::make_unique<e2e::Service>(
            config_,
            std::map<std::string, std::string>{},
            std::vector<std::string>{
                "--set",
                "atomicity=tenant",
                "--set",
                "parallelism=4",
                "--set",
                "shutdownTimeout=2m"}
        );
        port_ = service_->port();
    }

    const std::string config_;
    std::unique_ptr<e2e::Service> service_;
    std::atomic<std::uint16_t> port_ = 0;  ///< threads ask while the service is another one
};

TEST_F(FleetSite, ARollingRestartUnderLoadDoesNothingTwiceAndLosesNothing) {
    add_tenants();
    Instance first(site());
    Instance second(site());
    std::atomic<int> good = 0;
    std::atomic<int> strange = 0;
    {
        std::vector<std::jthread> load;
        for (const Instance* instance : {&first, &second}) {
            load.emplace_back([&, instance](const std::stop_token& stop) {
                while (!stop.stop_requested()) {
                    const int status = instance->apply();
                    if (status == 200) ++good;
                    // While one shuts down it takes no more requests.
                    if (status != 200 && status != 503 && status != 0) strange = status;
                }
            });
        }
        for (int round = 1; round <= (is_long() ? 20 : 3); ++round) {
            write_round(round);
            for (Instance* instance : {&first, &second}) {
                const int before = good;
                wait_until("another apply has ended", [&] { return good > before || strange > 0; });
                ASSERT_EQ(strange, 0) << "no answer but 200 and 503";
                instance->restart();
            }
        }
    }
    EXPECT_EQ(strange, 0);
    EXPECT_EQ(apply().exit_code, 0);
    expect_all_done();
}

TEST_F(FleetSite, SaysWhichTenantsFailedAndExitsWithSix) {
    add_tenants();
    site().write("stores/100_bad.sql", "select 1 / (case '{schema}' when 't3' then 0 else 1 end);");
    const auto result = apply({"--set", "maxFailures=10%"});
    EXPECT_EQ(result.exit_code, 6);
    EXPECT_NE(result.err.find("t3: SQL migration "), std::string::npos) << result.err;
    EXPECT_EQ(site().applied("name = '100_bad.sql'"), std::to_string(tenants_ - 1));
}

}  // namespace
}  // namespace migrator::test
