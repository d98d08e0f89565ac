#include <regex>

#include "api/api.hpp"

namespace migrator::api::test {
namespace {

class HealthRoute : public Api {};

TEST_F(HealthRoute, UpIsTheTextThatProbersKnow) {
    const http::Response response = get("/health");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "application/json; charset=utf-8");
    EXPECT_EQ(
        response.body,
        R"({"status":"UP","checks":[{"name":"DB","status":"UP"},{"name":"Loader","status":"UP"}]})"
    );
}

TEST_F(HealthRoute, BothChecksAreRunAndTheirErrorsShown) {
    database.break_connection("failed to connect to database: refused");
    source.break_down("open /srv/none: no such file or directory");
    const http::Response response = get("/health");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(
        response.body,
        R"({"status":"DOWN","checks":[{"name":"DB","status":"DOWN","data":{"details":)"
        R"("failed to connect to database: refused"}},{"name":"Loader","status":"DOWN","data":)"
        R"({"details":"open /srv/none: no such file or directory"}}]})"
    );
}

TEST_F(HealthRoute, OneCheckDownMakesAllDown) {
    source.break_down("gone");
    const http::Response response = get("/health");
    EXPECT_EQ(response.status, 503);
    EXPECT_TRUE(contains(response.body, R"({"name":"DB","status":"UP"})")) << response.body;
}

TEST_F(HealthRoute, FollowsThePrefix) {
    surroundings.path_prefix = "/migrator";
    EXPECT_EQ(get("/migrator/health").status, 200);
    EXPECT_EQ(get("/health").status, 404);
}

TEST_F(HealthRoute, MetricsWithAPortOfTheirOwnAreServedOnlyThere) {
    surroundings.path_prefix = "/migrator";
    surroundings.metrics_apart = true;
    const http::Router apart = make_metrics_router(metrics, surroundings.path_prefix);
    const auto found = [&apart](const char* path) {
        http::Request request;
        request.method = "GET";
        request.path = path;
        return std::holds_alternative<const http::Router::Route*>(apart.find(request));
    };
    for (const char* path : {"/metrics", "/migrator/metrics"}) {
        EXPECT_EQ(get(path).status, 404) << path;
        EXPECT_TRUE(found(path)) << path;
    }
    for (const char* path : {"/", "/migrator/", "/migrator/health", "/migrator/v1/tenants"}) {
        EXPECT_FALSE(found(path)) << path;
    }
}

TEST_F(HealthRoute, MetricsAreServedWithAndWithoutPrefix) {
    surroundings.path_prefix = "/migrator";
    for (const char* path : {"/metrics", "/migrator/metrics"}) {
        SCOPED_TRACE(path);
        const http::Response response = get(path);
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
        EXPECT_TRUE(contains(response.body, "migrator_gin_info{")) << response.body;
    }
}

/// The value of a sample whose line begins with `name`; -1 when there is none.
double sample(const std::string& text, const std::string& name) {
    std::size_t at = 0;
    while ((at = text.find(name + " ", at)) != std::string::npos) {
        if (at == 0 || text[at - 1] == '\n') return std::stod(text.substr(at + name.size()));
        ++at;
    }
    return -1;
}

TEST_F(HealthRoute, MetricsCountWhatWasCommittedAndNothingElse) {
    arrange_files();
    const auto versions = [&] {
        return sample(get("/metrics").body, "migrator_gin_versions_created");
    };
    EXPECT_EQ(versions(), 0);
    post("/v1/migrations", R"({"mode":"dry-run","response":"summary"})");
    EXPECT_EQ(versions(), 0);
    post("/v1/migrations", R"({"mode":"apply","response":"summary"})");
    EXPECT_EQ(versions(), 1);
    post("/v1/tenants", R"({"name":"south","mode":"apply","response":"summary"})");
    EXPECT_EQ(versions(), 2);
    const std::string text = get("/metrics").body;
    EXPECT_EQ(sample(text, "migrator_gin_tenants_created"), 1);
    EXPECT_EQ(sample(text, R"(migrator_gin_migrations_applied{type="single_migrations"})"), 1);
    EXPECT_EQ(
        sample(text, R"(migrator_gin_migrations_applied{type="tenant_migrations_total"})"), 2
    );
    EXPECT_EQ(sample(text, R"(migrator_runs_total{result="dry_run"})"), 1);
    EXPECT_EQ(sample(text, R"(migrator_runs_total{result="done"})"), 2);
}

TEST_F(HealthRoute, NothingToDoIsNoVersion) {
    const auto nothing = R"({"mode":"apply","response":"summary"})";
    ASSERT_EQ(post("/v1/migrations", nothing).status, 200);
    const std::string text = get("/metrics").body;
    EXPECT_EQ(sample(text, "migrator_gin_versions_created"), 0);
    EXPECT_EQ(sample(text, R"(migrator_runs_total{result="nothing_to_do"})"), 1);
}

}  // namespace
}  // namespace migrator::api::test
