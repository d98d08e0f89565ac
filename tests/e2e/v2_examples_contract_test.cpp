// The recorded example of docs/compatibility.md, continued: GraphQL v2.
#include <regex>

#include "e2e/http_examples.hpp"

namespace migrator::e2e {
namespace {

constexpr const char* kSummaryFields =
    "summary { tenants singleMigrations tenantMigrations tenantMigrationsTotal "
    "migrationsGrandTotal singleScripts tenantScripts tenantScriptsTotal scriptsGrandTotal }";

class V2Examples : public HttpExamples {
protected:
    /// A request body; `query` holds no character that JSON escapes but '"'.
    static std::string body_of(const std::string& query, const std::string& variables = {}) {
        const std::string escaped = std::regex_replace(query, std::regex("\""), "\\\"");
        return R"({"query":")" + escaped + "\"" +
               (variables.empty() ? "" : ",\"variables\":" + variables) + "}";
    }
    Answer ask(const std::string& query, const std::string& variables = {}) const {
        return service().post(
            "/migrator/v2/service", body_of(in_project(query), in_project(variables))
        );
    }
    void expect(
        const std::string& query,
        int status,
        const std::string& body,
        const std::string& variables = {}
    ) const {
        SCOPED_TRACE(query);
        expect_json(ask(query, variables), status, in_project(body));
    }
    /// The example's paths in this test's folder.
    std::string in_project(const std::string& text) const {
        return std::regex_replace(text, std::regex("/srv/shop/migrations"), project().base());
    }
    void expect_post_v1(const std::string& path, const std::string& request) const {
        const Answer answer = service().post("/migrator/v1" + path, request);
        ASSERT_EQ(answer.status, 200) << answer.body;
    }
    /// The calls of v1 that http_examples_contract_test.cpp looks at in full.
    void arrive_by_v1() const {
        expect_post_v1("/migrations", R"({"mode":"dry-run","response":"summary"})");
        expect_post_v1("/migrations", R"({"mode":"apply","response":"list"})");
        expect_post_v1("/tenants", R"({"name":"north","mode":"apply","response":"list"})");
        expect_post_v1("/migrations", R"({"mode":"apply","response":"full"})");
    }

    void expect_create_tenant() const;
    void expect_new_migration() const;
    void expect_queries() const;
    void expect_errors() const;
    void expect_failures() const;
};

void V2Examples::expect_create_tenant() const {
    expect(
        "query Versions { versions { id, name, created, } }",
        200,
        R"({"data":{"versions":[)"
        R"({"id":4,"name":"API v1 ApplyMigrations","created":"<time>"},)"
        R"({"id":3,"name":"API v1 AddTenantAndApplyMigrations","created":"<time>"},)"
        R"({"id":2,"name":"API v1 ApplyMigrations","created":"<time>"}]}})"
    );
    expect(
        std::string("mutation CreateTenant($input: TenantInput!) { createTenant(input: $input) { "
                    "version { id, name, dbMigrations { id name schema migrationType } } ") +
            kSummaryFields + " } }",
        200,
        R"({"data":{"createTenant":{"version":{"id":5,"name":"create-tenant-south",)"
        R"("dbMigrations":[)"
        R"({"id":16,"name":"004_settings.sql","schema":"south","migrationType":"TenantMigration"},)"
        R"({"id":17,"name":"005_orders.sql","schema":"south","migrationType":"TenantMigration"},)"
        R"({"id":18,"name":"clear_cache.sql","schema":"south","migrationType":"TenantScript"}]},)"
        R"("summary":{"tenants":1,"singleMigrations":0,"tenantMigrations":2,)"
        R"("tenantMigrationsTotal":2,"migrationsGrandTotal":2,"singleScripts":0,)"
        R"("tenantScripts":1,"tenantScriptsTotal":1,"scriptsGrandTotal":1}}}})",
        R"({"input":{"versionName":"create-tenant-south","tenantName":"south"}})"
    );
    expect(
        "{ tenants { name } }", 200, R"({"data":{"tenants":[{"name":"north"},{"name":"south"}]}})"
    );
}

void V2Examples::expect_new_migration() const {
    project().write(kNotes);
    const auto version = [](int id, int row, const char* name) {
        const struct {
            const char* file;
            const char* schema;
        } rows[] = {
            {"006_notes.sql", "north"},
            {"006_notes.sql", "south"},
            {"refresh_stats.sql", "catalog-scripts"},
            {"clear_cache.sql", "north"},
            {"clear_cache.sql", "south"}};
        std::string text = R"({"data":{"createVersion":{"version":{"id":)" + std::to_string(id) +
                           R"(,"name":")" + name + R"(","dbMigrations":[)";
        for (const auto& r : rows) {
            text += (text.back() == '[' ? "" : ",") + (R"({"id":)" + std::to_string(row++)) +
                    R"(,"name":")" + r.file + R"(","schema":")" + r.schema + "\"}";
        }
        return text + R"(]},"summary":{"tenants":2,"singleMigrations":0,"tenantMigrations":1,)"
                      R"("tenantMigrationsTotal":2,"migrationsGrandTotal":2,"singleScripts":1,)"
                      R"("tenantScripts":1,"tenantScriptsTotal":2,"scriptsGrandTotal":3}}}})";
    };
    const auto create = [](const std::string& input) {
        return "mutation { createVersion(input: {" + input +
               "}) { version { id name dbMigrations { id name schema } } " + kSummaryFields +
               " } }";
    };
    expect(create(R"(versionName: "preview", dryRun: true)"), 200, version(6, 19, "preview"));
    expect(
        "{ version(id: 6) { id } }",
        500,
        R"({"errors":[{"message":"version not found ID: 6","path":["version"],)"
        R"("extensions":{"code":"NOT_FOUND"}}],"data":{"version":null}})"
    );
    expect(create(R"(versionName: "add-notes")"), 200, version(7, 24, "add-notes"));
}

void V2Examples::expect_queries() const {
    const auto south = [](int id, const char* name) {
        return R"({"id":)" + std::to_string(id) + R"(,"name":")" + name + R"(","schema":"south"})";
    };
    const auto north = [](int id, const char* name) {
        return R"({"id":)" + std::to_string(id) + R"(,"name":")" + name + R"(","schema":"north"})";
    };
    expect(
        "{ versions(file: \"/srv/shop/migrations/stores/004_settings.sql\") { id name "
        "dbMigrations { id name schema } } }",
        200,
        R"({"data":{"versions":[{"id":5,"name":"create-tenant-south","dbMigrations":[)" +
            south(16, "004_settings.sql") + "," + south(17, "005_orders.sql") + "," +
            south(18, "clear_cache.sql") +
            R"(]},{"id":3,"name":"API v1 AddTenantAndApplyMigrations","dbMigrations":[)" +
            north(11, "004_settings.sql") + "," + north(12, "005_orders.sql") + "," +
            north(13, "clear_cache.sql") + "]}]}}"
    );
    expect(
        "{ version(id: 3) { created dbMigrations { id sourceDir file checkSum created } } }",
        200,
        R"({"data":{"version":{"created":"<time>","dbMigrations":[)"
        R"({"id":11,"sourceDir":"/srv/shop/migrations/stores",)"
        R"("file":"/srv/shop/migrations/stores/004_settings.sql","checkSum":)"
        R"("f0444161e263670feff7b413233ea47514531428e63b0dcbbbf35e09d85333a0","created":"<time>"},)"
        R"({"id":12,"sourceDir":"/srv/shop/migrations/stores",)"
        R"("file":"/srv/shop/migrations/stores/005_orders.sql","checkSum":)"
        R"("e1ff21af8aa46a6591f0b71f284ab811787a96cb0eeefc261010b22e123ac4ea","created":"<time>"},)"
        R"({"id":13,"sourceDir":"/srv/shop/migrations/stores-scripts",)"
        R"("file":"/srv/shop/migrations/stores-scripts/clear_cache.sql","checkSum":)"
        R"("22f874921a33551e012a654c7a2f9dfe3acc1c93bc7d62d1f63df502db4dce59",)"
        R"("created":"<time>"}]}}})"
    );
    expect(
        "{ dbMigration(id: 11) { id name contents schema } }",
        200,
        R"({"data":{"dbMigration":{"id":11,"name":"004_settings.sql","contents":)"
        R"("create table {schema}.settings (k varchar(50) primary key, v text);\n",)"
        R"("schema":"north"}}})"
    );
    expect(
        "{ sourceMigrations(filters: {name: \"003_tables.sql\"}) { name sourceDir migrationType } "
        "}",
        200,
        R"({"data":{"sourceMigrations":[)"
        R"({"name":"003_tables.sql","sourceDir":"/srv/shop/migrations/catalog",)"
        R"("migrationType":"SingleMigration"},)"
        R"({"name":"003_tables.sql","sourceDir":"/srv/shop/migrations/billing",)"
        R"("migrationType":"SingleMigration"}]}})"
    );
    expect(
        "query S($file: String!) { sourceMigration(file: $file) { name contents checkSum } }",
        200,
        R"({"data":{"sourceMigration":{"name":"006_notes.sql",)"
        R"("contents":"alter table {schema}.orders add column note text;\n","checkSum":)"
        R"("5737dcb7f388d2c7f047e706259895d5e87f52de5444e4d4e53c7bad7cb0093f"}}})",
        R"({"file":"/srv/shop/migrations/stores/006_notes.sql"})"
    );
}

void V2Examples::expect_errors() const {
    const struct {
        const char* query;
        const char* body;
    } cases[] = {
        {"{ version(id: 99) { id } }",
         R"({"errors":[{"message":"version not found ID: 99","path":["version"],)"
         R"("extensions":{"code":"NOT_FOUND"}}],"data":{"version":null}})"},
        {"{ dbMigration(id: 99) { id } }",
         R"({"errors":[{"message":"DB migration not found ID: 99","path":["dbMigration"],)"
         R"("extensions":{"code":"NOT_FOUND"}}],"data":{"dbMigration":null}})"},
        {"{ sourceMigration(file: \"x.sql\") { file } }",
         R"({"errors":[{"message":"source migration not found: x.sql","path":["sourceMigration"],)"
         R"("extensions":{"code":"NOT_FOUND"}}],"data":{"sourceMigration":null}})"},
        {"{nope}",
         R"({"errors":[{"message":"Cannot query field \"nope\" on type \"Query\".",)"
         R"("locations":[{"line":1,"column":2}],"extensions":{"code":"BAD_USER_INPUT"}}]})"},
        {"mutation{createTenant(input:{versionName:\"t1\",tenantName:\"bad "
         "name\"}){summary{tenants}"
         "}}",
         R"({"errors":[{"message":"panic occurred: Schema name contains invalid characters: )"
         R"(bad name","path":["createTenant"],"extensions":{"code":"MIGRATION_FAILED"}}],)"
         R"("data":null})"},
    };
    for (const auto& c : cases) expect(c.query, 500, c.body);
    const Answer empty = service().post("/migrator/v2/service", "");
    EXPECT_EQ(empty.status, 400);
}

void V2Examples::expect_failures() const {
    const std::string create =
        "mutation { createVersion(input: {versionName: \"x\"}) { version { id } } }";
    project().write(kEditedPlans);
    expect(
        create,
        500,
        R"({"errors":[{"message":"Checksum verification failed. Please review offending )"
        R"(migrations.","path":["createVersion"],"extensions":{"code":"CHECKSUM_MISMATCH",)"
        R"("files":["/srv/shop/migrations/billing/003_tables.sql"]}}],"data":null})"
    );
    project().write(example_file("billing/003_tables.sql"));

    const auto file =
        project().write("billing/007_bad.sql", "create table {schema}.broken (id integer;");
    const Answer answer = ask(create);
    EXPECT_EQ(answer.status, 500);
    EXPECT_TRUE(answer.body.starts_with(
        R"({"errors":[{"message":"panic occurred: SQL migration )" + file + " failed with error: "
    )) << answer.body;
    EXPECT_TRUE(answer.body.ends_with(R"("path":["createVersion"],)"
                                      R"("extensions":{"code":"MIGRATION_FAILED"}}],"data":null})")
    ) << answer.body;
    project().remove("billing/007_bad.sql");
}

TEST_F(V2Examples, Sections11To16) {
    arrive_by_v1();
    expect_create_tenant();
    expect_new_migration();
    expect_queries();
    expect_errors();
    expect_failures();
    expect(
        "{ versions { id name } }",
        200,
        R"({"data":{"versions":[{"id":7,"name":"add-notes"},{"id":5,"name":"create-tenant-south"},)"
        R"({"id":4,"name":"API v1 ApplyMigrations"},)"
        R"({"id":3,"name":"API v1 AddTenantAndApplyMigrations"},)"
        R"({"id":2,"name":"API v1 ApplyMigrations"}]}})"
    );
}

}  // namespace
}  // namespace migrator::e2e
