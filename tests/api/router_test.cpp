#include "api/router.hpp"

#include "api/api.hpp"

namespace migrator::api::test {
namespace {

TEST(NormalizePrefix, MakesItAbsoluteAndClean) {
    const struct {
        const char* configured;
        const char* path;
    } cases[] = {
        {"", ""},
        {" \t\r\n", ""},
        {"/", ""},
        {"//", ""},
        {"migrator", "/migrator"},
        {"/migrator", "/migrator"},
        {"/migrator/", "/migrator"},
        {"//migrator", "/migrator"},
        {"/migrator//", "/migrator"},
        {" /migrator ", "/migrator"},
        {"a/b", "/a/b"},
        {"/a///b/", "/a/b"},
        {"/:id/*rest", "/:id/*rest"},
        {"/é", "/é"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.configured);
        EXPECT_EQ(normalize_prefix(c.configured), c.path);
    }
}

class Routes : public Api {};

TEST_F(Routes, AreBelowThePrefix) {
    for (const std::string& prefix : {std::string(), std::string("/migrator")}) {
        SCOPED_TRACE(prefix);
        surroundings.path_prefix = prefix;
        for (const char* path :
             {"/",
              "/v1/config",
              "/v1/migrations/source",
              "/migrations/source",
              "/v1/migrations/applied",
              "/v1/tenants"}) {
            SCOPED_TRACE(path);
            EXPECT_EQ(get(prefix + path).status, 200);
        }
        EXPECT_EQ(get(prefix + "/v1").status, 404);
        EXPECT_EQ(get(prefix + "/tenants").status, 404);
        EXPECT_EQ(get(prefix + "/v1/migrations").status, 405);
    }
    EXPECT_EQ(get("/").status, 404);
    EXPECT_EQ(get("/v1/config").status, 404);
    EXPECT_EQ(get("/migrator").status, 301);
}

TEST_F(Routes, WildcardsInThePrefixAreLetters) {
    surroundings.path_prefix = "/:any";
    EXPECT_EQ(get("/:any/").status, 200);
    EXPECT_EQ(get("/x/").status, 404);
}

TEST_F(Routes, BuildInfoNeedsNeitherDatabaseNorStorage) {
    database.break_connection("failed to connect to database: refused");
    source.break_down("no storage");
    const http::Response response = get("/");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/json; charset=utf-8");
    EXPECT_EQ(
        response.body,
        R"({"release":"v1.2.0","commitSha":"abc123","commitDate":"2026-01-31T12:00:00Z",)"
        R"("sha":"abc123","apiVersions":["v1","v2"]})"
    );
    surroundings.build = {};
    EXPECT_EQ(
        get("/").body,
        R"({"release":"","commitSha":"","commitDate":"","sha":"","apiVersions":["v1","v2"]})"
    );
}

TEST_F(Routes, ConfigIsTheTextItWasGiven) {
    database.break_connection("failed to connect to database: refused");
    const http::Response response = get("/v1/config");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/x-yaml; charset=utf-8");
    EXPECT_EQ(response.body, "driver: postgres\n");
}

TEST_F(Routes, DeprecatedTenantKeysAddHeadersToEveryAnswer) {
    const auto coordinator = make_coordinator();
    EXPECT_TRUE(router_for(*coordinator).headers().empty());
    surroundings.deprecated_tenant_keys = true;
    const http::Headers expected{
        {"Deprecation", "true"},
        {"Sunset", "Thu, 31 Dec 2026 23:59:59 GMT"},
        {"Warning",
         "299 - \"tenantSelectSQL and tenantInsertSQL are deprecated since v2025.1.0. Use "
         "tenantSelect and tenantInsert instead. These fields will be removed in v2027.0.0.\""}};
    EXPECT_EQ(router_for(*coordinator).headers(), expected);
}

TEST_F(Routes, TheConsoleIsServedUnlessItIsSwitchedOff) {
    surroundings.path_prefix = "/migrator";
    const auto without_slash = get("/migrator/console");
    EXPECT_EQ(without_slash.status, 302);
    ASSERT_EQ(without_slash.headers.size(), 1U);
    EXPECT_EQ(without_slash.headers[0].second, "console/");
    // A build without node has no page, and says so.
    const auto page = get("/migrator/console/");
    EXPECT_TRUE(page.status == 200 || test::contains(page.body, "-DCONSOLE=OFF")) << page.body;
    EXPECT_EQ(get("/migrator/console/unknown.js").status, 404);
    surroundings.console = false;
    for (const char* path : {"", "/", "/unknown.js"}) {
        EXPECT_EQ(get(std::string("/migrator/console") + path).body, "404 page not found");
    }
}

}  // namespace
}  // namespace migrator::api::test
