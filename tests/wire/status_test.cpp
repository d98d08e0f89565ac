#include "wire/status.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "plan/plan_support.hpp"

namespace migrator::wire::test {
namespace {

using boost::json::serialize;

TenantState some_state() {
    TenantState state;
    state.tenant = "north";
    state.version_id = 7;
    state.first_file = "/m/t/2";
    state.state = "failed";
    state.file = "/m/t/3";
    state.statement = 4;
    state.sqlstate = "42P07";
    state.message = "boom";
    return state;
}

plan::FleetStandings some_fleet() {
    plan::FleetStandings fleet;
    fleet.tenants = 3;
    fleet.standings = {1, 0, 1, 0, 1, 0};
    fleet.levels = {{"", 2}, {"/m/t/2", 1}};
    fleet.pending = {"/m/t/9"};
    fleet.page.push_back({.tenant = "north"});
    return fleet;
}

constexpr const char* kNoFindings =
    R"("base":{"today":null,"adopted":null,"elsewhere":[],"whyNot":null},"moved":[],"late":[],)"
    R"("missingFiles":[])";
constexpr const char* kStatesAndLevels =
    R"("states":{"current":1,"lagging":0,"unmanaged":1,"unfinished":0,"failed":1,"planned":0},)"
    R"("levels":[{"file":null,"tenants":2},{"file":"/m/t/2","tenants":1}])";

TEST(WireStatus, FleetHasCountsLevelsAndWhatIsPending) {
    EXPECT_EQ(
        serialize(fleet_standings(some_fleet())),
        R"({"tenants":3,)" + std::string(kStatesAndLevels) +
            R"(,"pending":["/m/t/9"],"unlisted":[],)" + kNoFindings + "}"
    );
}

TEST(WireStatus, NextPageBeginsWhereTheStandingsSay) {
    plan::FleetStandings fleet = some_fleet();
    EXPECT_TRUE(next_page(fleet).is_null());
    fleet.next = "north";
    EXPECT_EQ(next_page(fleet), "north");
}

TEST(WireStatus, TenantShowsWhatIsUnfinishedBesideWhereItStands) {
    plan::TenantStanding tenant{.tenant = "north", .missing = {"/m/t/3"}};
    EXPECT_EQ(
        serialize(tenant_standing(tenant)),
        R"({"tenant":"north","state":"current","level":null,"missing":["/m/t/3"]})"
    );
    tenant.standing = plan::Standing::Failed;
    tenant.level = "/m/t/2";
    tenant.state = some_state();
    EXPECT_EQ(
        serialize(tenant_standing(tenant)),
        R"({"tenant":"north","state":"failed","level":"/m/t/2","missing":["/m/t/3"],)"
        R"("versionId":7,"firstFile":"/m/t/2","file":"/m/t/3","statement":4,"sqlstate":"42P07",)"
        R"("message":"boom","changed":"1970-01-01T00:00:00Z"})"
    );
    tenant.state->file.clear();
    EXPECT_TRUE(tenant_standing(tenant).at("file").is_null());
}

TEST(WireStatus, ReportOfAnEmptyDatabase) {
    EXPECT_EQ(
        serialize(status_report({})),
        R"({"version":null,"applied":0,"tenants":[],"badTenants":[],"pending":[],"scripts":[],"changed":[],)"
        R"("lagging":[],"unmanaged":[],"withoutSchema":[],"unfinished":[],"brokenObjects":[],"lock":null,)"
        R"("states":{"current":0,"lagging":0,"unmanaged":0,"unfinished":0,"failed":0,"planned":0},)"
        R"("levels":[],"unlisted":[],)" +
            std::string(kNoFindings) + "}"
    );
}

TEST(WireStatus, ReportHasItsOwnTenantsAndPendingFiles) {
    const auto files = plan::test::sources({"s/1", "ss/2"});
    const auto schemas = std::make_shared<const std::vector<std::string>>(1, "s");
    plan::StatusReport status;
    status.tenants = {"north"};
    status.applied_files = 2;
    status.latest = {{.id = 7, .name = "v7"}};
    status.pending = {.files = {{files.data(), schemas}, {&files[1], schemas}}, .tenants = {}};
    status.unmanaged = {"south"};
    status.unfinished = {some_state()};
    status.broken_objects = {"index i"};
    status.lock_owner = RunOwner{
        .run_id = "id", .owner = "host", .request_id = "r", .version_name = "v8", .since = {}};
    status.fleet = some_fleet();
    status.fleet.unlisted = {"gone"};
    const auto root = status_report(status);
    EXPECT_EQ(
        serialize(root.at("version")), R"({"id":7,"name":"v7","created":"1970-01-01T00:00:00Z"})"
    );
    EXPECT_EQ(serialize(root.at("tenants")), R"(["north"])");
    EXPECT_EQ(root.at("pending").as_array().size(), 1U);
    EXPECT_EQ(root.at("pending").as_array()[0].at("name"), "1");
    EXPECT_EQ(root.at("scripts").as_array()[0].at("name"), "2");
    EXPECT_EQ(serialize(root.at("unmanaged")), R"(["south"])");
    EXPECT_EQ(
        serialize(root.at("unfinished")),
        R"([{"tenant":"north","versionId":7,"firstFile":"/m/t/2","state":"failed",)"
        R"("file":"/m/t/3","statement":4,"sqlstate":"42P07","message":"boom",)"
        R"("changed":"1970-01-01T00:00:00Z"}])"
    );
    EXPECT_EQ(serialize(root.at("brokenObjects")), R"(["index i"])");
    EXPECT_EQ(
        serialize(root.at("lock")),
        R"({"runId":"id","owner":"host","requestId":"r","versionName":"v8",)"
        R"("since":"1970-01-01T00:00:00Z"})"
    );
    EXPECT_TRUE(serialize(root).ends_with(
        "," + std::string(kStatesAndLevels) + R"(,"unlisted":["gone"],)" + kNoFindings + "}"
    ));
}

}  // namespace
}  // namespace migrator::wire::test
