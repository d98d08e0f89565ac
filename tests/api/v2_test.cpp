// The GraphQL API as clients see it: docs/compatibility.md, "GraphQL v2".
#include "api/v2.hpp"

#include <fstream>
#include <sstream>

namespace migrator::api::test {
namespace {

TEST_F(V2, ServesSchemaAndConfiguration) {
    database.break_connection("failed to connect to database: refused");
    const http::Response config = get("/v2/config");
    EXPECT_EQ(config.content_type, "application/yaml; charset=utf-8");
    EXPECT_EQ(config.body, "driver: postgres\n");
    const http::Response schema = get("/v2/schema");
    EXPECT_EQ(schema.content_type, "text/plain; charset=utf-8");
    std::ifstream file(MIGRATOR_SOURCE_DIR "/src/api/schema.graphql");
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(schema.body + "\n", text.str());
}

TEST_F(V2, MalformedRequestsAre400InTheShapeOfV2) {
    constexpr const char* kBad =
        R"({"errors":[{"message":"Invalid request, please see documentation for valid JSON )"
        R"(payload","extensions":{"code":"BAD_USER_INPUT"}}]})";
    for (const char* body :
         {"",
          "{",
          "[]",
          "7",
          R"({"query":7})",
          R"({"query":"{ tenants { name } }","operationName":7})",
          R"({"query":"{ tenants { name } }","variables":[]})"}) {
        SCOPED_TRACE(body);
        expect(post("/v2/service", body), 400, kBad);
    }
}

TEST_F(V2, EmptyRequestsHaveNoOperation) {
    for (const char* body : {"{}", "null", R"({"query":""})", R"({"query":null})"}) {
        SCOPED_TRACE(body);
        const http::Response response = post("/v2/service", body);
        EXPECT_EQ(response.status, 500);
        EXPECT_TRUE(
            contains(response.body, R"({"errors":[{"message":"no operations in query document")")
        ) << response.body;
        EXPECT_FALSE(contains(response.body, "\"data\""));
    }
}

TEST_F(V2, ListsTenantsInTheirOrder) {
    database.add_tenant("south");
    database.add_tenant("north");
    expect(
        query("{ tenants { name, } }"),
        200,
        R"({"data":{"tenants":[{"name":"south"},{"name":"north"}]}})"
    );
}

TEST_F(V2, FiltersSourceMigrationsWithoutADatabase) {
    arrange_files();
    database.break_connection("failed to connect to database: refused");
    expect(
        query("{ sourceMigrations { file migrationType contents } }"),
        200,
        R"({"data":{"sourceMigrations":[)"
        R"({"file":"/migrations/ref/001.sql","migrationType":"SingleMigration",)"
        R"("contents":"select 1;"},)"
        R"({"file":"/migrations/tenants/002.sql","migrationType":"TenantMigration",)"
        R"("contents":"select 2;"},)"
        R"({"file":"/migrations/scripts/a.sql","migrationType":"TenantScript","contents":""}]}})"
    );
    const auto files = [&](const char* filters) {
        return query(std::string("{ sourceMigrations(filters: ") + filters + ") { name } }").body;
    };
    EXPECT_EQ(
        files("{migrationType: TenantMigration}"),
        R"({"data":{"sourceMigrations":[{"name":"002.sql"}]}})"
    );
    EXPECT_EQ(
        files(R"({sourceDir: "/migrations/ref", name: "001.sql", file: null})"),
        R"({"data":{"sourceMigrations":[{"name":"001.sql"}]}})"
    );
    EXPECT_EQ(files(R"({name: "001.SQL"})"), R"({"data":{"sourceMigrations":[]}})");
    EXPECT_TRUE(contains(files("null"), "a.sql"));
}

TEST_F(V2, FindsOneSourceMigration) {
    arrange_files();
    expect(
        query(R"({ sourceMigration(file: "/migrations/ref/001.sql") { name checkSum } })"),
        200,
        R"({"data":{"sourceMigration":{"name":"001.sql","checkSum":)"
        R"("354b7196c9ba5fb4b21cf615bb6ec4cd5c07503c34229feef033fc081a8c03f4"}}})"
    );
    expect(
        query(R"({ sourceMigration(file: "X") { name } tenants { name } })"),
        500,
        R"({"errors":[{"message":"source migration not found: X","path":["sourceMigration"],)"
        R"("extensions":{"code":"NOT_FOUND"}}],)"
        R"("data":{"sourceMigration":null,"tenants":[{"name":"north"}]}})"
    );
}

TEST_F(V2, ListsVersionsNewestFirst) {
    arrange_files();
    apply("one");
    source.write(MigrationType::SingleMigration, "ref", "003.sql", "select 3;");
    apply("two");
    EXPECT_EQ(
        query("{ versions { id name } }").body,
        R"({"data":{"versions":[{"id":2,"name":"two"},{"id":1,"name":"one"}]}})"
    );
    // With a file: only versions that hold it, but each with all its rows.
    const std::string by_file =
        query(R"({ versions(file: "/migrations/ref/001.sql") { id dbMigrations { file } } })").body;
    EXPECT_EQ(
        by_file,
        R"({"data":{"versions":[{"id":1,"dbMigrations":[{"file":"/migrations/ref/001.sql"},)"
        R"({"file":"/migrations/tenants/002.sql"},{"file":"/migrations/scripts/a.sql"}]}]}})"
    );
    EXPECT_EQ(query(R"({ versions(file: "none") { id } })").body, R"({"data":{"versions":[]}})");
}

TEST_F(V2, ReadsOnlyTheColumnsThatAreAskedFor) {
    arrange_files();
    apply();
    ASSERT_EQ(query("{ versions { id name created } }").status, 200);
    EXPECT_TRUE(database.rows_wanted().empty());
    ASSERT_EQ(query("{ versions { dbMigrations { id schema } } }").status, 200);
    ASSERT_EQ(database.rows_wanted().size(), 1U);
    EXPECT_EQ(database.rows_wanted().front().columns, db::Columns{db::Column::Schema});
    ASSERT_EQ(query("{ version(id: 1) { dbMigrations { contents } } }").status, 200);
    EXPECT_EQ(database.rows_wanted().back().columns, db::Columns{db::Column::Contents});
}

TEST_F(V2, ManyVersionsAreReadWithOneStatement) {
    arrange_files();
    for (int i = 0; i < 20; ++i) apply("v" + std::to_string(i));  // the script makes versions
    const std::size_t before = database.rows_wanted().size();
    const std::string once = query("{ versions { id dbMigrations { id } } }").body;
    EXPECT_EQ(database.rows_wanted().size(), before + 1);
    const std::string twice =
        query("{ versions { id dbMigrations { id } again: dbMigrations { id } } }").body;
    const json::array a = json::parse(once).at("data").at("versions").as_array();
    const json::array b = json::parse(twice).at("data").at("versions").as_array();
    ASSERT_EQ(a.size(), 20U);
    ASSERT_EQ(b.size(), 20U);
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_FALSE(a[i].at("dbMigrations").as_array().empty());
        EXPECT_EQ(a[i].at("dbMigrations"), b[i].at("dbMigrations"));
        EXPECT_EQ(b[i].at("dbMigrations"), b[i].at("again"));
    }
}

TEST_F(V2, UnknownIdsAreNotFound) {
    expect(
        query("{ version(id: 0) { id } dbMigration(id: -1) { id } }"),
        500,
        R"({"errors":[{"message":"version not found ID: 0","path":["version"],)"
        R"("extensions":{"code":"NOT_FOUND"}},)"
        R"({"message":"DB migration not found ID: -1","path":["dbMigration"],)"
        R"("extensions":{"code":"NOT_FOUND"}}],"data":{"version":null,"dbMigration":null}})"
    );
}

TEST_F(V2, ShowsOneRow) {
    arrange_files();
    apply();
    EXPECT_EQ(
        query("{ dbMigration(id: 2) { id name sourceDir file schema migrationType } }").body,
        R"({"data":{"dbMigration":{"id":2,"name":"002.sql","sourceDir":"/migrations/tenants",)"
        R"("file":"/migrations/tenants/002.sql","schema":"north",)"
        R"("migrationType":"TenantMigration"}}})"
    );
}

TEST_F(V2, ADatabaseThatIsDownMakesNonNullDataNull) {
    database.break_connection("failed to connect to database: refused");
    expect(
        query("{ tenants { name } }"),
        500,
        R"({"errors":[{"message":"panic occurred: Error initialising migrator: failed to connect )"
        R"(to database: refused","path":["tenants"],"extensions":{"code":"UNAVAILABLE"}}],)"
        R"("data":null})"
    );
}

TEST_F(V2, MistakesInTheDocumentAreNamed) {
    const struct {
        const char* body;
        const char* message;
    } cases[] = {
        {R"({"query":"{ nope }"})", R"(Cannot query field \"nope\" on type \"Query\".)"},
        {R"({"query":"query a { tenants { name } } query b { tenants { name } }"})",
         "more than one operation in query document and no operation name given"},
        {R"({"query":"query a { tenants { name } }","operationName":"X"})",
         R"(no operation with name \"X\")"},
        {R"({"query":"query ($id: Int!) { version(id: $id) { id } }"})",
         R"(Variable \"id\" has invalid value null.\nExpected type \"Int!\", found null.)"},
        {R"({"query":"query ($id: Int!) { version(id: $id) { id } }","variables":{"id":"7"}})",
         R"(Variable \"id\" has invalid value)"},
        {R"({"query":"mutation ($i: VersionInput!) { createVersion(input: $i) { summary { )"
         R"(tenants } } }","variables":{"i":{"versionName":"v","action":"Nope"}}})",
         R"(Variable \"action\" has invalid value Nope.\nExpected type \"Action\", found Nope.)"},
        {R"({"query":"{ sourceMigrations(filters: {migrationType: Bad}) { name } }"})",
         R"(Value \"Bad\" does not exist in \"MigrationType\" enum.)"},
        {R"({"query":"{"})", "Syntax Error"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.body);
        const http::Response response = post("/v2/service", c.body);
        EXPECT_EQ(response.status, 500);
        EXPECT_TRUE(contains(response.body, c.message)) << response.body;
        EXPECT_TRUE(contains(response.body, R"("extensions":{"code":"BAD_USER_INPUT"})"));
        EXPECT_FALSE(contains(response.body, "\"data\"")) << response.body;
    }
}

TEST_F(V2, AnAnswerTooLargeForTheSpoolIsRefused) {
    http::SpoolSpace small({.total_bytes = 16, .memory_bytes = 16});
    spool_override = &small;
    for (int i = 0; i < 100; ++i) database.add_tenant("tenant" + std::to_string(i));
    const http::Response response = query("{ tenants { name } }");
    EXPECT_EQ(response.status, 503);
    EXPECT_TRUE(contains(response.body, R"("code":"BUSY")")) << response.body;
    EXPECT_EQ(get("/v1/tenants").status, 200);
}

}  // namespace
}  // namespace migrator::api::test
