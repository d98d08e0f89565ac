// What the recorded example of docs/compatibility.md answers before anything is applied.
#include <regex>

#include "e2e/http_examples.hpp"

namespace migrator::e2e {
namespace {

TEST_F(HttpExamples, Section2BuildInfo) {
    const Answer answer = service().get("/migrator/");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(header(answer, "Content-Type"), kJson);
    EXPECT_TRUE(std::regex_match(
        answer.body,
        std::regex(
            R"re(\{"release":"[^"]*","commitSha":"([^"]*)","commitDate":"[^"]*","sha":"\1",)re"
            R"re("apiVersions":\["v1","v2"\]\})re"
        )
    )) << answer.body;
}

TEST_F(HttpExamples, Section2Redirects) {
    const struct {
        const char* method;
        const char* path;
        int status;
        const char* location;
    } cases[] = {
        {"GET", "/migrator", 301, "/migrator/"},
        {"GET", "/migrator?a=b", 301, "/migrator/?a=b"},
        {"GET", "/migrator/v1/config/", 301, "/migrator/v1/config"},
        {"GET", "/migrator/migrations/source/", 301, "/migrator/migrations/source"},
        {"POST", "/migrator/v1/tenants/", 307, "/migrator/v1/tenants"},
        {"POST", "/migrator/v1/migrations/", 307, "/migrator/v1/migrations"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.method) + " " + c.path);
        const Answer answer = service().ask(c.method, c.path);
        EXPECT_EQ(answer.status, c.status);
        EXPECT_EQ(header(answer, "Location"), c.location);
        if (c.status == 301) {
            EXPECT_EQ(header(answer, "Content-Type"), "text/html; charset=utf-8");
            EXPECT_EQ(
                answer.body,
                std::string("<a href=\"") + c.location + "\">Moved Permanently</a>.\n\n"
            );
        } else {
            EXPECT_EQ(answer.body, "");
        }
    }
}

TEST_F(HttpExamples, Section2ErrorsOfRouting) {
    constexpr const char* kNotFound = "404 page not found";
    constexpr const char* kNotAllowed = "405 method not allowed";
    const struct {
        const char* method;
        const char* path;
        int status;
        const char* body;
        const char* allow;
    } cases[] = {
        {"GET", "/", 404, kNotFound, ""},
        {"GET", "/migrator/v1/nope", 404, kNotFound, ""},
        {"GET", "/migrator/v1", 404, kNotFound, ""},
        {"GET", "//migrator//v1/config", 404, kNotFound, ""},
        {"GET", "/Migrator/", 404, kNotFound, ""},
        {"POST", "/migrator", 404, kNotFound, ""},
        {"POST", "/migrator/v1/config/", 404, kNotFound, ""},
        {"DELETE", "/migrator/v1/tenants", 405, kNotAllowed, "GET, POST"},
        {"OPTIONS", "/migrator/v1/config", 405, kNotAllowed, "GET"},
        {"GET", "/migrator/v1/migrations", 405, kNotAllowed, "POST"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.method) + " " + c.path);
        const Answer answer = service().ask(c.method, c.path);
        EXPECT_EQ(answer.status, c.status);
        EXPECT_EQ(header(answer, "Content-Type"), "text/plain");
        EXPECT_EQ(answer.body, c.body);
        EXPECT_EQ(header(answer, "Allow"), c.allow);
    }
}

TEST_F(HttpExamples, Section3ConfigMasksThePassword) {
    const Answer answer = service().get("/migrator/v1/config");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(header(answer, "Content-Type"), "application/x-yaml; charset=utf-8");
    EXPECT_EQ(
        answer.body,
        "baseLocation: " + project().base() +
            "\ndriver: postgres\ndataSource: " + database().data_source("***") +
            "\nsingleMigrations:\n- catalog\n- billing\ntenantMigrations:\n- stores\n"
            "singleScripts:\n- catalog-scripts\ntenantScripts:\n- stores-scripts\n"
            "port: \"0\"\npathPrefix: /migrator\n"
    );
}

TEST_F(HttpExamples, Sections4And5SourceFilesAndNothingApplied) {
    const std::string files = project().list(
        {"catalog/001_schema.sql",
         "billing/002_schema.sql",
         "catalog/003_tables.sql",
         "billing/003_tables.sql",
         "stores/004_settings.sql",
         "stores/005_orders.sql",
         "catalog-scripts/refresh_stats.sql",
         "stores-scripts/clear_cache.sql"},
        true
    );
    expect_json(service().get("/migrator/v1/migrations/source"), 200, files);
    expect_json(service().get("/migrator/migrations/source"), 200, files);
    expect_json(service().get("/migrator/v1/migrations/applied"), 200, "[]");
    expect_json(service().get("/migrator/v1/tenants"), 200, "[]");
    // A read creates nothing.
    EXPECT_EQ(database().value("select to_regnamespace('migrator')"), "(null)");
}

TEST_F(HttpExamples, Section16BadRequests) {
    const std::string bodies[] = {
        "{}",
        "",
        "[]",
        "null",
        R"({"mode":"apply"})",
        R"({"mode":"Apply","response":"full"})",
        R"({"mode":"apply","response":"abc"})",
        R"({"mode":1,"response":"full"})",
        R"({"name":"","mode":"apply","response":"full"})"};
    for (const std::string& body : bodies) {
        SCOPED_TRACE(body);
        const bool is_tenant = body.find("name") != std::string::npos;
        expect_json(
            service().post(is_tenant ? "/migrator/v1/tenants" : "/migrator/v1/migrations", body),
            400,
            R"({"error":"Invalid request, please see documentation for valid JSON payload"})"
        );
    }
}

}  // namespace
}  // namespace migrator::e2e
