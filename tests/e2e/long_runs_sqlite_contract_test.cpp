// Long runs on SQLite, where there is one writer and a transaction for each group of tenants.
#include "e2e/long_run_test.hpp"

namespace migrator::e2e {
namespace {

namespace json = boost::json;

class LongRunsOnSqlite : public testing::Test {
protected:
    static constexpr int kTenants = 12;  // more than one group
    static std::string tenant(int number) {
        return "store" + std::string(number < 10 ? "0" : "") + std::to_string(number);
    }

    void SetUp() override {
        site_.write_logs();
        for (int i = 1; i <= kTenants; ++i) {
            ASSERT_EQ(site_.run({"create-tenant", tenant(i)}).exit_code, 0);
        }
        ASSERT_EQ(site_.run({"apply"}).exit_code, 0);
    }

    test::Site site_{test::Driver::Sqlite, ""};
};

TEST_F(LongRunsOnSqlite, ShowTheirProgressGroupByGroup) {
    // Slow for the last tenant only, which is in the last group.
    site_.write_entry(
        "stores/010_first.sql",
        "with recursive n(x) as (select 1 union all select x + 1 from n where x < case '{schema}' "
        "when '" +
            tenant(kTenants) + "' then 6000000 else 1 end) select max(x) from n;\n"
    );
    const Service service = serve(site_, "service");
    EXPECT_EQ(start_run(service, "r1").status, 202);
    json::object run;
    test::wait_until("the first group is done", [&] {
        run = show_run(service, "r1");
        return run.at("progress").at("tenantsDone") != 0;
    });
    EXPECT_EQ(run.at("state"), "running") << json::serialize(run);
    EXPECT_EQ(run.at("progress").at("tenants"), kTenants);
    EXPECT_LT(run.at("progress").at("tenantsDone").as_int64(), kTenants);
    EXPECT_EQ(service.get("/health").status, 200);
    // The file belongs to the run. Its id is known all the same; another run waits to be recorded.
    const Answer again = start_run(service, "r1");
    EXPECT_EQ(again.status, 202) << again.body;
    EXPECT_EQ(again.body, R"({"id":"r1","state":"running"})");
    const Answer next = start_run(service, "r2");
    EXPECT_EQ(next.status, 202) << next.body;
    run = wait_for_state(service, "r1", "done");
    EXPECT_EQ(run.at("progress").at("tenantsDone"), kTenants);
    EXPECT_EQ(run.at("answer").at("results").at("tenantMigrationsTotal"), kTenants);
    for (int i = 1; i <= kTenants; ++i) EXPECT_EQ(site_.entries(tenant(i)), "010_first.sql");
    run = wait_for_state(service, "r2", "done");
    EXPECT_EQ(run.at("answer").at("results").at("versionId"), 0);
    // The file may have been the other run's when this one ended: then it is written a little
    // later.
    test::wait_until("its end is written", [&] {
        return site_.value("select state from migrator_runs where id = 'r1'") == "done";
    });
}

TEST_F(LongRunsOnSqlite, AreCancelledAndTheNextRunCompletes) {
    site_.write_entry("stores/010_slow.sql", site_.slow_statement(600));
    const Service service = serve(site_, "service");
    EXPECT_EQ(start_run(service, "r1").status, 202);
    test::wait_until("it works", [&] {
        return show_run(service, "r1").at("progress").at("phase") == "applying";
    });
    const Answer cancelled = service.ask("DELETE", "/v1/runs/r1");
    EXPECT_EQ(cancelled.status, 202) << cancelled.body;
    const json::object run = wait_for_state(service, "r1", "cancelled");
    EXPECT_EQ(run.at("status"), 500);
    EXPECT_EQ(site_.applied("name = '010_slow.sql'"), "0");
    EXPECT_EQ(site_.entries(tenant(1)), "");
    site_.write_entry("stores/010_slow.sql");
    const auto next = site_.run({"apply", "--lock-timeout", "0s"});
    EXPECT_EQ(next.exit_code, 0) << next.err;
    EXPECT_EQ(site_.entries(tenant(kTenants)), "010_slow.sql");
}

}  // namespace
}  // namespace migrator::e2e
