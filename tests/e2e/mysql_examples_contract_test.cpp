// The recorded example of docs/compatibility.md on MariaDB, with a configuration as users
// of the Go program have it: v1 and v2, the ids that MySQL gives, a dry run that runs nothing.
#include <regex>

#include "e2e/examples_project.hpp"
#include "e2e/http_examples.hpp"
#include "e2e/site_test.hpp"
#include "support/mariadb_server.hpp"

namespace migrator::e2e {
namespace {

/// MySQL's word for it.
constexpr ExampleFile kRefreshStats = {
    "catalog-scripts",
    "refresh_stats.sql",
    3,
    "analyze table catalog.products;\n",
    "9041852b7258c09dc4f38ba1a25a07d0ea35cfb7312547530f5575c3df84c6fe"};

constexpr const char* kNote =
    "MySQL cannot roll back DDL, so the dry run executed nothing and wrote nothing";

class MysqlExamples : public testing::Test {
protected:
    void SetUp() override {
        const std::string dsn = test::mariadb_for_tests();
        if (dsn.empty()) GTEST_SKIP() << "MIGRATOR_TEST_MARIADB_URL is not set";
        server_ = std::make_unique<test::MariadbServer>(dsn);
        project_.write(kRefreshStats);
        // As in the Go program's documentation; the password comes from the environment.
        const std::string in_file = std::regex_replace(
            dsn.substr(0, dsn.find('/')), std::regex(":[^@]*@"), ":${DB_PASSWORD}@"
        );
        const std::string password =
            dsn.substr(dsn.find(':') + 1, dsn.find('@') - dsn.find(':') - 1);
        std::string config =
            project_.config_text(in_file + "/?parseTime=true&timeout=1s&multiStatements=true");
        config.replace(config.find("driver: postgres"), 16, "driver: mysql");
        service_.emplace(
            project_.write_text("migrator.yaml", config),
            std::map<std::string, std::string>{{"DB_PASSWORD", password}}
        );
    }

    std::string json(const std::string& path, bool with_contents) const {
        return path == "catalog-scripts/refresh_stats.sql"
                   ? project_.json(kRefreshStats, with_contents)
                   : project_.json(path, with_contents);
    }
    std::string list(std::initializer_list<const char*> paths, bool with_contents) const {
        std::string text = "[";
        for (const char* path : paths)
            text += (text.size() > 1 ? "," : "") + json(path, with_contents);
        return text + "]";
    }
    /// Results in the order of their keys.
    static std::string results(
        int version, const std::vector<int>& numbers, const std::string& notes = ""
    ) {
        static constexpr const char* kKeys[] = {
            "tenants",
            "singleMigrations",
            "tenantMigrations",
            "tenantMigrationsTotal",
            "migrationsGrandTotal",
            "singleScripts",
            "tenantScripts",
            "tenantScriptsTotal",
            "scriptsGrandTotal"};
        std::string text = R"({"results":{"versionId":)" + std::to_string(version) +
                           R"(,"startedAt":"<time>","duration":<ns>)";
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            text += std::string(",\"") + kKeys[i] + "\":" + std::to_string(numbers[i]);
        }
        return text + (notes.empty() ? "" : ",\"notes\":[\"" + notes + "\"]") + "}";
    }
    void expect_post(const std::string& path, const std::string& request, const std::string& body)
        const {
        SCOPED_TRACE("POST " + path + " " + request);
        expect_json(service_->post("/migrator/v1" + path, request), 200, body);
    }
    /// The example's paths in this test's folder.
    std::string in_project(const std::string& text) const {
        return std::regex_replace(text, std::regex("/srv/shop/migrations"), project_.base());
    }
    Answer ask(const std::string& query) const {
        const std::string escaped = std::regex_replace(in_project(query), std::regex("\""), "\\\"");
        return service_->post("/migrator/v2/service", R"({"query":")" + escaped + "\"}");
    }
    void expect(const std::string& query, int status, const std::string& body) const {
        SCOPED_TRACE(query);
        expect_json(ask(query), status, in_project(body));
    }

    void expect_v1() const;
    void expect_v2() const;
    void expect_failures() const;

    std::unique_ptr<test::MariadbServer> server_;
    ExamplesProject project_;
    std::optional<Service> service_;
};

void MysqlExamples::expect_v1() const {
    expect_post(
        "/migrations",
        R"({"mode":"dry-run","response":"summary"})",
        results(0, {0, 4, 2, 0, 4, 1, 1, 0, 1}, kNote) + "}"
    );
    EXPECT_EQ(server_->ask("show databases like 'migrator'"), "") << "a dry run writes nothing";
    expect_post(
        "/migrations",
        R"({"mode":"apply","response":"list"})",
        results(1, {0, 4, 2, 0, 4, 1, 1, 0, 1}) + ",\"appliedMigrations\":" +
            list(
                {"catalog/001_schema.sql",
                 "billing/002_schema.sql",
                 "catalog/003_tables.sql",
                 "billing/003_tables.sql",
                 "stores/004_settings.sql",
                 "stores/005_orders.sql",
                 "catalog-scripts/refresh_stats.sql",
                 "stores-scripts/clear_cache.sql"},
                false
            ) +
            "}"
    );
    expect_post(
        "/tenants",
        R"({"name":"north","mode":"apply","response":"list"})",
        results(2, {1, 0, 2, 2, 2, 0, 1, 1, 1}) + ",\"appliedMigrations\":" +
            list(
                {"stores/004_settings.sql",
                 "stores/005_orders.sql",
                 "stores-scripts/clear_cache.sql"},
                false
            ) +
            "}"
    );
    expect_post(
        "/migrations",
        R"({"mode":"apply","response":"full"})",
        results(3, {1, 0, 0, 0, 0, 1, 1, 1, 2}) + ",\"appliedMigrations\":" +
            list({"catalog-scripts/refresh_stats.sql", "stores-scripts/clear_cache.sql"}, true) +
            "}"
    );
    expect_json(service_->get("/migrator/v1/tenants"), 200, R"(["north"])");
    const Answer applied = service_->get("/migrator/v1/migrations/applied");
    EXPECT_EQ(applied.status, 200);
    EXPECT_NE(
        without_times(applied.body).find(project_.applied("stores/005_orders.sql", 7, "north")),
        std::string::npos
    ) << applied.body;
}

void MysqlExamples::expect_v2() const {
    expect(
        R"(mutation { createTenant(input: {versionName: "create-tenant-south", tenantName: "south"}) )"
        "{ version { id name dbMigrations { id name schema migrationType } } "
        "summary { tenants tenantMigrationsTotal scriptsGrandTotal } } }",
        200,
        R"({"data":{"createTenant":{"version":{"id":4,"name":"create-tenant-south","dbMigrations":[)"
        R"({"id":11,"name":"004_settings.sql","schema":"south","migrationType":"TenantMigration"},)"
        R"({"id":12,"name":"005_orders.sql","schema":"south","migrationType":"TenantMigration"},)"
        R"({"id":13,"name":"clear_cache.sql","schema":"south","migrationType":"TenantScript"}]},)"
        R"("summary":{"tenants":1,"tenantMigrationsTotal":2,"scriptsGrandTotal":1}}}})"
    );
    project_.write(kNotes);
    expect(
        R"(mutation { createVersion(input: {versionName: "preview", dryRun: true}) )"
        "{ version { id } summary { tenants tenantMigrationsTotal scriptsGrandTotal } } }",
        200,
        R"({"data":{"createVersion":{"version":null,"summary":{"tenants":2,)"
        R"("tenantMigrationsTotal":2,"scriptsGrandTotal":3}}},"extensions":{"notes":[")" +
            std::string(kNote) + "\"]}}"
    );
    expect(
        R"(mutation { createVersion(input: {versionName: "add-notes"}) )"
        "{ version { id name dbMigrations { id name schema } } } }",
        200,
        R"({"data":{"createVersion":{"version":{"id":5,"name":"add-notes","dbMigrations":[)"
        R"({"id":14,"name":"006_notes.sql","schema":"north"},)"
        R"({"id":15,"name":"006_notes.sql","schema":"south"},)"
        R"({"id":16,"name":"refresh_stats.sql","schema":"catalog-scripts"},)"
        R"({"id":17,"name":"clear_cache.sql","schema":"north"},)"
        R"({"id":18,"name":"clear_cache.sql","schema":"south"}]}}}})"
    );
    expect(
        "{ versions(file: \"/srv/shop/migrations/stores/004_settings.sql\") { id name created } }",
        200,
        R"({"data":{"versions":[{"id":4,"name":"create-tenant-south","created":"<time>"},)"
        R"({"id":2,"name":"API v1 AddTenantAndApplyMigrations","created":"<time>"}]}})"
    );
    expect(
        "{ dbMigration(id: 6) { id name contents schema } }",
        200,
        R"({"data":{"dbMigration":{"id":6,"name":"004_settings.sql","contents":)"
        R"("create table {schema}.settings (k varchar(50) primary key, v text);\n",)"
        R"("schema":"north"}}})"
    );
}

void MysqlExamples::expect_failures() const {
    project_.write(kEditedPlans);
    const Answer edited =
        service_->post("/migrator/v1/migrations", R"({"mode":"apply","response":"full"})");
    EXPECT_EQ(edited.status, 424) << edited.body;
    project_.write(example_file("billing/003_tables.sql"));
    const auto file =
        project_.write("billing/007_bad.sql", "create table {schema}.broken (id integer;");
    const Answer broken =
        service_->post("/migrator/v1/migrations", R"({"mode":"apply","response":"full"})");
    EXPECT_EQ(broken.status, 500);
    EXPECT_TRUE(broken.body.starts_with(
        R"({"error":"SQL migration )" + file + " failed with error: Error 1064: You have an error"
    )) << broken.body;
    project_.remove("billing/007_bad.sql");
}

TEST_F(MysqlExamples, AreAnsweredAsTheGoProgramsClientsExpect) {
    expect_v1();
    expect_v2();
    expect_failures();
    EXPECT_EQ(
        server_->list("select concat_ws('|', id, name) from migrator.migrator_versions order by id"
        ),
        (std::vector<std::string>{
            "1|API v1 ApplyMigrations",
            "2|API v1 AddTenantAndApplyMigrations",
            "3|API v1 ApplyMigrations",
            "4|create-tenant-south",
            "5|add-notes"})
    );
    EXPECT_EQ(
        server_->list("select concat_ws('|', id, name) from migrator.migrator_tenants order by id"),
        (std::vector<std::string>{"1|north", "2|south"})
    );
}

}  // namespace
}  // namespace migrator::e2e
