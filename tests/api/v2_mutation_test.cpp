// Runs through GraphQL: docs/compatibility.md, "GraphQL v2".
#include "api/noting_connector.hpp"
#include "api/v2.hpp"

namespace migrator::api::test {
namespace {

class V2Mutation : public V2 {};

TEST_F(V2Mutation, CreatesAVersion) {
    arrange_files();
    const http::Response response = query(
        "mutation { createVersion(input: {versionName: \"v1\"}) { summary { tenants "
        "singleMigrations tenantMigrations tenantMigrationsTotal migrationsGrandTotal "
        "singleScripts tenantScripts tenantScriptsTotal scriptsGrandTotal } version { name "
        "dbMigrations { file schema migrationType contents } } } }"
    );
    expect(
        response,
        200,
        R"({"data":{"createVersion":{"summary":{"tenants":1,"singleMigrations":1,)"
        R"("tenantMigrations":1,"tenantMigrationsTotal":1,"migrationsGrandTotal":2,)"
        R"("singleScripts":0,"tenantScripts":1,"tenantScriptsTotal":1,"scriptsGrandTotal":1},)"
        R"("version":{"name":"v1","dbMigrations":[)"
        R"({"file":"/migrations/ref/001.sql","schema":"ref","migrationType":"SingleMigration",)"
        R"("contents":"select 1;"},)"
        R"({"file":"/migrations/tenants/002.sql","schema":"north",)"
        R"("migrationType":"TenantMigration","contents":"select 2;"},)"
        R"({"file":"/migrations/scripts/a.sql","schema":"north",)"
        R"("migrationType":"TenantScript","contents":""}]}}}})"
    );
}

TEST_F(V2Mutation, NothingPendingIsNoVersion) {
    database.add_tenant("north");
    expect(
        query("mutation { createVersion(input: {versionName: \"\"}) { summary { tenants duration "
              "startedAt } version { id } } }"),
        200,
        R"({"data":{"createVersion":{"summary":{"tenants":0,"duration":0,)"
        R"("startedAt":"1970-01-12T13:46:40Z"},"version":null}}})"
    );
}

TEST_F(V2Mutation, ADryRunShowsTheVersionThatWasRolledBack) {
    arrange_files();
    const http::Response response = query(
        "mutation { createVersion(input: {versionName: \"v1\", dryRun: true}) { version { name "
        "dbMigrations { file contents } } } }"
    );
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(contains(
        response.body,
        R"("version":{"name":"v1","dbMigrations":[{"file":"/migrations/ref/001.sql",)"
        R"("contents":"select 1;"},)"
    )) << response.body;
    EXPECT_TRUE(database.versions({}).empty());
}

TEST_F(V2Mutation, CreatesATenant) {
    arrange_files();
    expect(
        query(
            "mutation ($input: TenantInput!) { createTenant(input: $input) { summary { tenants "
            "tenantMigrations singleMigrations } version { name dbMigrations { schema } } } }",
            {{"input",
              json::object{
                  {"tenantName", "south"},
                  {"versionName", "t"},
                  {"action", "Sync"},
                  {"unknown", "is ignored"}}}}
        ),
        200,
        R"({"data":{"createTenant":{"summary":{"tenants":1,"tenantMigrations":1,)"
        R"("singleMigrations":0},"version":{"name":"t","dbMigrations":[{"schema":"south"},)"
        R"({"schema":"south"}]}}}})"
    );
    expect(
        query(
            "mutation { createTenant(input: {tenantName: \"a b\", versionName: \"t\"}) { summary { "
            "tenants } } }"
        ),
        500,
        R"({"errors":[{"message":"panic occurred: Schema name contains invalid characters: a b",)"
        R"("path":["createTenant"],"extensions":{"code":"MIGRATION_FAILED"}}],"data":null})"
    );
}

TEST_F(V2Mutation, ChangedFilesAreRefusedAndNamed) {
    arrange_files();
    apply();
    source.write(MigrationType::SingleMigration, "ref", "001.sql", "select 9;");
    expect(
        query("mutation { createVersion(input: {versionName: \"v\"}) { summary { tenants } } }"),
        500,
        R"({"errors":[{"message":"Checksum verification failed. Please review offending )"
        R"(migrations.","path":["createVersion"],"extensions":{"code":"CHECKSUM_MISMATCH",)"
        R"("files":["/migrations/ref/001.sql"]}}],"data":null})"
    );
}

TEST_F(V2Mutation, WaitsForTheLockWithoutAThread) {
    arrange_files();
    database.hold_lock({.run_id = "other", .owner = "host-b"});
    on_wait = [this] {
        if (waits == 3) database.release_lock();
    };
    apply();
    EXPECT_EQ(waits, 3);
}

TEST_F(V2Mutation, ALockNotObtainedIs500WithItsCode) {
    arrange_files();
    options.lock_timeout = std::chrono::milliseconds(0);
    database.hold_lock({.run_id = "other", .owner = "host-b, process 9"});
    const http::Response response =
        query("mutation { createVersion(input: {versionName: \"v\"}) { summary { tenants } } }");
    EXPECT_EQ(response.status, 500);
    EXPECT_TRUE(contains(response.body, R"("extensions":{"code":"LOCKED"})")) << response.body;
    EXPECT_TRUE(contains(response.body, "host-b, process 9")) << response.body;
}

TEST_F(V2Mutation, AFullQueueOfRunsIs503) {
    arrange_files();
    options.run_queue = 0;
    database.hold_lock({.run_id = "other", .owner = "host-b"});
    const auto coordinator = make_coordinator();
    const auto first = coordinator->enter({.version_name = "in work"});
    coordinator_override = coordinator.get();
    const http::Response response =
        query("mutation { createVersion(input: {versionName: \"v\"}) { summary { tenants } } }");
    EXPECT_EQ(response.status, 503);
    ASSERT_EQ(response.headers.size(), 1U);
    EXPECT_EQ(response.headers.front().first, "Retry-After");
    EXPECT_TRUE(contains(response.body, R"("extensions":{"code":"BUSY"})")) << response.body;
}

TEST_F(V2Mutation, TwoMutationsRunOneAfterTheOther) {
    arrange_files();
    const std::string body =
        query(
            "mutation { a: createVersion(input: {versionName: \"a\"}) { version { id } } "
            "b: createTenant(input: {tenantName: \"south\", versionName: \"b\"}) { version { id } "
            "} }"
        )
            .body;
    EXPECT_EQ(body, R"({"data":{"a":{"version":{"id":1}},"b":{"version":{"id":2}}}})");
}

TEST_F(V2Mutation, NotesStandInExtensions) {
    NotingConnector noting;
    noting.add_tenant("north");
    connector = &noting;
    arrange_files();
    const http::Response response =
        query("mutation { createVersion(input: {versionName: \"v\"}) { summary { tenants } } }");
    EXPECT_EQ(
        response.body,
        R"({"data":{"createVersion":{"summary":{"tenants":1}}},"extensions":{"notes":)"
        R"(["not tried: \"a.sql\"","atomicity is tenant here"],"notices":[{"file":"a.sql",)"
        R"("schema":"north","line":3,"level":"NOTICE","sqlstate":"00000","message":"hello"}]}})"
    );
}

TEST_F(V2Mutation, AnErrorForEachFailedTenantStandsBesideTheData) {
    arrange_files();
    database.add_tenant("south");
    database.work_tenant_by_tenant(1);
    database.fail_file("/migrations/tenants/002.sql", "boom", "south");
    expect(
        query("mutation { createVersion(input: {versionName: \"v1\"}) { summary { tenantsDone "
              "tenantsFailed tenantsSkipped retries } version { id } } }"),
        500,
        R"({"errors":[{"message":"panic occurred: SQL migration /migrations/tenants/002.sql )"
        R"(failed with error: boom","extensions":{"code":"TENANT_FAILED","tenant":"south",)"
        R"("file":"/migrations/tenants/002.sql","statement":1}}],)"
        R"("data":{"createVersion":{"summary":{"tenantsDone":1,"tenantsFailed":1,)"
        R"("tenantsSkipped":0,"retries":0},"version":{"id":1}}}})"
    );
}

TEST_F(V2Mutation, ChoosesTenants) {
    arrange_files();
    database.add_tenant("south");
    database.work_tenant_by_tenant(0);
    expect(
        query("mutation { createVersion(input: {versionName: \"v1\", canary: 1, waves: "
              "[\"50%\"]}) { summary { tenantsDone tenantsSkipped } } }"),
        200,
        R"({"data":{"createVersion":{"summary":{"tenantsDone":1,"tenantsSkipped":1}}}})"
    );
    expect(
        query("mutation { createVersion(input: {versionName: \"v1\", tenants: [\"s*\"]}) { summary "
              "{ tenantsDone tenants } } }"),
        200,
        R"({"data":{"createVersion":{"summary":{"tenantsDone":1,"tenants":1}}}})"
    );
}

TEST_F(V2Mutation, SaysWhatIsWrongWithTheTenantsThatAreAskedFor) {
    arrange_files();
    database.work_tenant_by_tenant(0);
    const struct {
        const char* input;
        const char* message;
        const char* code = "BAD_USER_INPUT";
    } cases[] = {
        {"tenants: []", "tenants: must be a list of at least one name or pattern"},
        {"tenants: [\"\"]", "tenants: must be a list of at least one name or pattern"},
        {"tenants: [\"x\"]", "tenant x does not exist", "NOT_FOUND"},
        {"tenants: [\"x*\"]", "no tenant matches x*", "NOT_FOUND"},
        {"canary: 0", "canary: must be a number of tenants of at least 1, not 0"},
        {"canary: 1, action: Sync", "a sync runs no files, so a canary or waves cannot be used"},
        {"waves: []", R"(waves: must be a list such as [\"10%\", \"50%\", \"100%\"])"},
        {"waves: [\"10%\", \"ten\"]",
         R"(waves: must hold numbers of tenants or percentages, not \"ten\")"},
        {"canary: 1, waves: [\"101%\"]",
         R"(waves: must hold numbers of tenants or percentages, not \"101%\")"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.input);
        expect(
            query(
                "mutation { createVersion(input: {versionName: \"v1\", " + std::string(c.input) +
                "}) { summary { tenants } } }"
            ),
            500,
            R"({"errors":[{"message":")" + std::string(c.message) +
                R"(","path":["createVersion"],"extensions":{"code":")" + c.code +
                R"("}}],"data":null})"
        );
    }
}

TEST_F(V2Mutation, HasNoCountsOfTenantsWhereOneTransactionDoesAll) {
    arrange_files();
    expect(
        query("mutation { createVersion(input: {versionName: \"v1\"}) { summary { tenantsDone } } }"
        ),
        200,
        R"({"data":{"createVersion":{"summary":{"tenantsDone":null}}}})"
    );
}

}  // namespace
}  // namespace migrator::api::test
