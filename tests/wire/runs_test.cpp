#include "wire/runs.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace migrator::wire::test {
namespace {

using boost::json::serialize;
using namespace std::chrono_literals;

Summary some_summary() {
    Summary summary;
    summary.version_id = 42;
    summary.started_at = std::chrono::sys_seconds(1s);
    summary.duration = 1'500ms;
    summary.tenants = 3;
    summary.single_migrations = 4;
    summary.tenant_migrations = 5;
    summary.tenant_migrations_total = 15;
    summary.single_scripts = 6;
    summary.tenant_scripts = 7;
    summary.tenant_scripts_total = 21;
    return summary;
}

constexpr const char* kCounts =
    R"("tenants":3,"singleMigrations":4,"tenantMigrations":5,"tenantMigrationsTotal":15,)"
    R"("migrationsGrandTotal":19,"singleScripts":6,"tenantScripts":7,"tenantScriptsTotal":21,)"
    R"("scriptsGrandTotal":27)";
constexpr const char* kHead =
    R"({"versionId":42,"startedAt":"1970-01-01T00:00:01Z","duration":1500000000,)";

TEST(WireRuns, SummaryHasIdTimesAndCounts) {
    EXPECT_EQ(serialize(summary(some_summary())), std::string(kHead) + kCounts + "}");
}

TEST(WireRuns, SummaryCountsTenantsOnlyWhereTheyWereWorkedForOneByOne) {
    Summary of_fleet = some_summary();
    of_fleet.fleet = {.tenants_done = 0, .tenants_failed = 2, .tenants_skipped = 4, .retries = 5};
    EXPECT_EQ(
        serialize(summary(of_fleet)),
        std::string(kHead) + kCounts +
            R"(,"tenantsDone":0,"tenantsFailed":2,"tenantsSkipped":4,"retries":5})"
    );
}

TEST(WireRuns, CountsStandAlone) {
    EXPECT_EQ(serialize(counts(some_summary())), "{" + std::string(kCounts) + "}");
}

TEST(WireRuns, FailureNamesTenantFileAndStatement) {
    EXPECT_EQ(
        serialize(failure(
            {.tenant = "north",
             .file = "/m/1.sql",
             .statement = 2,
             .sqlstate = "42P07",
             .message = "line\n2"}
        )),
        R"({"tenant":"north","file":"/m/1.sql","statement":2,"sqlstate":"42P07",)"
        R"("message":"line\n2"})"
    );
    EXPECT_EQ(
        serialize(failure({.tenant = "north", .message = "gone"})),
        R"({"tenant":"north","file":"","statement":0,"sqlstate":"","message":"gone"})"
    );
}

}  // namespace
}  // namespace migrator::wire::test
