// Tenants that are removed over HTTP.
#include "api/api.hpp"

namespace migrator::api::test {
namespace {

class RemoveTenant : public Api {
protected:
    RemoveTenant() {
        arrange_files();  // tenant north
        post("/v1/migrations", R"({"mode":"apply","response":"summary"})");
        database.add_objects("north", {"table t"});
    }
    /// Somebody with this role asks.
    void prove(Role role) {
        gate = Gate([role](const http::Request&) {
            return Principal{.name = "ops", .proof = "token", .role = role};
        });
    }
    http::Response mutate(const std::string& field) {
        return post("/v2/service", R"({"query":"mutation { )" + field + R"( }"})");
    }
    std::string tenants() { return get("/v1/tenants").body; }
};

TEST_F(RemoveTenant, ByRestKeepsTheSchema) {
    const auto removed = ask("DELETE", "/v1/tenants/north");
    EXPECT_EQ(removed.status, 200);
    EXPECT_EQ(
        removed.body,
        R"({"tenant":"north","wasListed":true,"rows":2,"hadState":false,"schema":"north",)"
        R"("schemaDropped":false})"
    );
    EXPECT_EQ(tenants(), "[]");
    EXPECT_EQ(database.objects().size(), 1U);
    EXPECT_EQ(ask("DELETE", "/v1/tenants/north").status, 404);
}

TEST_F(RemoveTenant, DropsNoSchemaForAnybody) {
    const auto refused = ask("DELETE", "/v1/tenants/north?dropSchema=true");
    EXPECT_EQ(refused.status, 403);
    EXPECT_TRUE(contains(refused.body, "only where authentication is configured")) << refused.body;
    const auto by_graphql = mutate(R"(removeTenant(tenantName: \"north\", dropSchema: true))");
    EXPECT_TRUE(contains(by_graphql.body, R"("code":"FORBIDDEN")")) << by_graphql.body;
    EXPECT_EQ(tenants(), R"(["north"])");
}

TEST_F(RemoveTenant, DropsTheSchemaForAnAdmin) {
    prove(Role::Apply);
    EXPECT_EQ(ask("DELETE", "/v1/tenants/north?dropSchema=true").status, 403);
    prove(Role::Admin);
    for (const char* query : {"dropSchema=yes", "dropschema=true", "dropSchema=true&x=1"}) {
        EXPECT_EQ(ask("DELETE", std::string("/v1/tenants/north?") + query).status, 400) << query;
    }
    EXPECT_EQ(database.objects().size(), 1U);
    const auto removed = ask("DELETE", "/v1/tenants/north?dropSchema=true");
    EXPECT_TRUE(contains(removed.body, R"("schemaDropped":true)")) << removed.body;
    EXPECT_TRUE(database.objects().empty());
}

TEST_F(RemoveTenant, ByGraphqlCountsItsRecords) {
    EXPECT_EQ(
        mutate(R"(removeTenant(tenantName: \"north\"))").body, R"({"data":{"removeTenant":2}})"
    );
    EXPECT_TRUE(
        contains(mutate(R"(removeTenant(tenantName: \"north\"))").body, R"("code":"NOT_FOUND")")
    );
    EXPECT_EQ(tenants(), "[]");
}

}  // namespace
}  // namespace migrator::api::test
