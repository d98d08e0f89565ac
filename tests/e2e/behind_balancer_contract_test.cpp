// A balancer cuts a request that is silent for too long; a long run does not care.
#include "e2e/long_run_test.hpp"
#include "e2e/nginx.hpp"

namespace migrator::e2e {
namespace {

namespace json = boost::json;

class BehindBalancer : public test::PostgresqlSiteTest {
protected:
    void SetUp() override {
        if (!Nginx::is_installed()) {
            GTEST_SKIP() << Nginx::kProgram << " is not there (Debian package nginx)";
        }
        PostgresqlSiteTest::SetUp();
        if (IsSkipped()) return;
        make_gates();
        site().write_logs();
        ASSERT_EQ(site().run({"apply"}).exit_code, 0);
    }
};

/// What differs between two runs of one file each.
std::string without_numbers(json::object results) {
    for (const char* key : {"versionId", "startedAt", "duration"}) {
        EXPECT_TRUE(results.contains(key)) << key;
        results.erase(key);
    }
    return json::serialize(results);
}

TEST_F(BehindBalancer, ASilentRunIsCutAndGoesOnButALongOneIsSeenToItsEnd) {
    const Service service = serve(site(), "service");
    const Nginx balancer(service.port());

    site().write_entry("catalog/010_cut.sql", gate("cut"));
    EXPECT_EQ(balancer.ask("POST", "/v1/migrations", kApply).status, 504);
    EXPECT_EQ(site().applied("name = '010_cut.sql'"), "0");
    open_gate("cut");
    test::wait_until("it goes on though nobody waits", [&] {
        return site().applied("name = '010_cut.sql'") == "1";
    });

    site().write_entry("catalog/011_long.sql", gate("long"));
    const Answer accepted = start_run(balancer, "release-1");
    ASSERT_EQ(accepted.status, 202) << accepted.body;
    EXPECT_EQ(header(accepted, "Location"), "/v1/runs/release-1");
    wait_for_query("service", "%011_long.sql%");
    wait_for_state(balancer, "release-1", "running");
    open_gate("long");
    const json::object run = wait_for_state(balancer, "release-1", "done");
    EXPECT_EQ(run.at("status"), 200);

    site().write_entry("catalog/012_short.sql");
    const Answer waited_for = balancer.ask("POST", "/v1/migrations", kApply);
    ASSERT_EQ(waited_for.status, 200);
    EXPECT_EQ(
        without_numbers(run.at("answer").at("results").as_object()),
        without_numbers(json::parse(waited_for.body).at("results").as_object())
    );
    EXPECT_EQ(site().entries("catalog"), "010_cut.sql,011_long.sql,012_short.sql");
}

}  // namespace
}  // namespace migrator::e2e
