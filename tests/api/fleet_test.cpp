// Where the tenants stand, in REST and GraphQL.
#include "api/v2.hpp"
#include "core/error.hpp"

namespace migrator::api::test {
namespace {

class FleetStatus : public V2 {
protected:
    FleetStatus() {
        arrange_files();  // tenant north
        for (const char* tenant : {"east", "south"}) database.add_tenant(tenant);
        file_ = source.files()[1];
        database.record(file_, "north");
        TenantState state;
        state.tenant = "east";
        state.version_id = 7;
        state.first_file = state.file = file_.file;
        state.state = "failed";
        state.sqlstate = "42P07";
        state.message = "boom";
        database.add_state(state);
    }
    Migration file_;
};

TEST_F(FleetStatus, ByRestHasCountsLevelsAndAPage) {
    const auto response = get("/v1/status");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(
        response.body,
        R"({"tenants":3,"states":{"current":1,"lagging":0,"unmanaged":1,"unfinished":0,"failed":1,"planned":0},)"
        R"("levels":[{"file":null,"tenants":2},{"file":"/migrations/tenants/002.sql","tenants":1}],)"
        R"("pending":[],"unlisted":[],"base":{"today":null,"adopted":null,"elsewhere":[],"whyNot":null},)"
        R"("moved":[],"late":[],"missingFiles":[],"next":null,"page":[)"
        R"({"tenant":"north","state":"current","level":"/migrations/tenants/002.sql","missing":[]},)"
        R"({"tenant":"east","state":"failed","level":null,)"
        R"("missing":["/migrations/tenants/002.sql"],"versionId":7,)"
        R"("firstFile":"/migrations/tenants/002.sql","file":"/migrations/tenants/002.sql",)"
        R"("statement":0,"sqlstate":"42P07","message":"boom","changed":"1970-01-01T00:00:00Z"},)"
        R"({"tenant":"south","state":"unmanaged","level":null,)"
        R"("missing":["/migrations/tenants/002.sql"]}]})"
    );
}

TEST_F(FleetStatus, ByRestComesInPages) {
    const auto ask_page = [&](const std::string& query) {
        coordinators.push_back(make_coordinator());
        const http::Router router = router_for(*coordinators.back());
        http::Request request{.method = "GET", .path = "/v1/status", .query = query};
        const auto found = router.find(request);
        try {
            const auto step = std::get<const http::Router::Route*>(found)->handler(request);
            auto response = std::get<http::Response>(step);
            std::string text(response.spooled ? response.spooled->size() : 0, '\0');
            if (response.spooled) response.spooled->read(0, text.data(), text.size());
            return response.body + text + response.tail;
        } catch (const Error& error) {
            return std::string(error.what());
        }
    };
    EXPECT_TRUE(contains(ask_page("limit=1"), R"("next":"north","page":[{"tenant":"north")"));
    EXPECT_TRUE(
        contains(ask_page("limit=1&after=north"), R"("next":"east","page":[{"tenant":"east")")
    );
    EXPECT_TRUE(contains(ask_page("state=failed"), R"("next":null,"page":[{"tenant":"east")"));
    EXPECT_TRUE(contains(ask_page("limit=0"), R"("page":[]})"));
    EXPECT_TRUE(contains(ask_page("limit=9999"), "limit must be an integer from 0 to 1000"));
    EXPECT_TRUE(contains(ask_page("state=bad"), "state must be current, lagging"));
}

TEST_F(FleetStatus, ByGraphql) {
    expect(
        query(
            "{ fleet(first: 1, standing: Failed) { tenants standings { standing tenants } levels { "
            "file tenants } pending page { nodes { name standing level missing unfinished { "
            "versionId state file sqlstate message } } next } } }"
        ),
        200,
        R"({"data":{"fleet":{"tenants":3,"standings":[{"standing":"Current","tenants":1},)"
        R"({"standing":"Lagging","tenants":0},{"standing":"Unmanaged","tenants":1},)"
        R"({"standing":"Unfinished","tenants":0},{"standing":"Failed","tenants":1},{"standing":"Planned","tenants":0}],)"
        R"("levels":[{"file":null,"tenants":2},{"file":"/migrations/tenants/002.sql","tenants":1}],)"
        R"("pending":[],"page":{"nodes":[{"name":"east","standing":"Failed","level":null,)"
        R"("missing":["/migrations/tenants/002.sql"],"unfinished":{"versionId":7,"state":"failed",)"
        R"("file":"/migrations/tenants/002.sql","sqlstate":"42P07","message":"boom"}}],)"
        R"("next":null}}}})"
    );
}

TEST_F(FleetStatus, DriftByGraphql) {
    for (const char* tenant : {"east", "south"}) database.record(file_, tenant);
    for (const char* tenant : {"north", "east", "south"}) {
        database.schemas().objects[tenant] = {{"table", "t", ""}};
    }
    database.schemas().objects["east"].push_back({"column", "t.a", "text"});
    const std::string differs =
        R"({"tenants":["east"],"level":"1 of 1 file, the last: 002.sql",)"
        R"("lacksSchema":false,"differences":[{"deviation":"Additional","kind":"column",)"
        R"("name":"t.a","expected":"","found":"text"}]})";
    expect(
        query(
            "{ drift { compared drifted groups { tenants level lacksSchema differences { deviation "
            "kind name expected found } } notCompared { tenant why isError } } }"
        ),
        200,
        R"({"data":{"drift":{"compared":3,"drifted":1,"groups":[)" + differs +
            R"(],"notCompared":[]}}})"
    );
    expect(
        query(R"({ drift(tenants: ["n*"], ignore: ["index x"]) { compared groups { level } } })"),
        200,
        R"({"data":{"drift":{"compared":1,"groups":[]}}})"
    );
}

TEST_F(FleetStatus, IsInTheMetricsWhenItWasSeen) {
    EXPECT_FALSE(contains(metrics.text(), "migrator_tenants{"));
    get("/v1/status");
    EXPECT_TRUE(contains(metrics.text(), R"(migrator_tenants{state="failed"} 1)"))
        << metrics.text();
    apply();
    EXPECT_TRUE(contains(metrics.text(), R"(migrator_tenants{state="failed"} 0)"))
        << metrics.text();
}

}  // namespace
}  // namespace migrator::api::test
