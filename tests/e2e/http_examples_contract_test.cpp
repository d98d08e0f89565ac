// The recorded example of docs/compatibility.md, call by call, against the real program.
#include "e2e/http_examples.hpp"

namespace migrator::e2e {
namespace {

constexpr const char* kChecksumError =
    R"({"error":"Checksum verification failed. Please review offending migrations.","details":)";

class ExampleRuns : public HttpExamples {
protected:
    void expect_post(const std::string& path, const std::string& request, const std::string& body)
        const {
        SCOPED_TRACE("POST " + path + " " + request);
        expect_json(service().post("/migrator/v1" + path, request), 200, body);
    }
    std::string versions() const {
        std::string text;
        for (const auto& row :
             database().query("select id, name from migrator.migrator_versions order by id")) {
            text += row + "\n";
        }
        return text;
    }

    void expect_dry_run() const;
    void expect_first_apply() const;
    void expect_new_tenant() const;
    void expect_second_apply() const;
    void expect_applied() const;
    void add_south_and_notes();
    void expect_checksum_errors() const;
    void expect_failure_of_a_broken_file() const;
    void expect_tables_at_the_end() const;
};

/// Results in the order of their keys.
std::string results(int version, const std::vector<int>& numbers) {
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
                       R"(,"startedAt":"<time>","duration":)" + (version == 0 ? "0" : "<ns>");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        text += std::string(",\"") + kKeys[i] + "\":" + std::to_string(numbers[i]);
    }
    return text + "}";
}

void ExampleRuns::expect_dry_run() const {
    expect_post(
        "/migrations",
        R"({"mode":"dry-run","response":"summary"})",
        results(1, {0, 4, 2, 0, 4, 1, 1, 0, 1}) + "}"
    );
    EXPECT_EQ(database().value("select to_regnamespace('catalog')"), "(null)");
}

void ExampleRuns::expect_first_apply() const {
    const std::string files = project().list(
        {"catalog/001_schema.sql",
         "billing/002_schema.sql",
         "catalog/003_tables.sql",
         "billing/003_tables.sql",
         "stores/004_settings.sql",
         "stores/005_orders.sql",
         "catalog-scripts/refresh_stats.sql",
         "stores-scripts/clear_cache.sql"},
        false
    );
    expect_post(
        "/migrations",
        R"({"mode":"apply","response":"list"})",
        results(2, {0, 4, 2, 0, 4, 1, 1, 0, 1}) + ",\"appliedMigrations\":" + files + "}"
    );
}

void ExampleRuns::expect_new_tenant() const {
    const std::string files = project().list(
        {"stores/004_settings.sql", "stores/005_orders.sql", "stores-scripts/clear_cache.sql"},
        false
    );
    expect_post(
        "/tenants",
        R"({"name":"north","mode":"apply","response":"list"})",
        results(3, {1, 0, 2, 2, 2, 0, 1, 1, 1}) + ",\"appliedMigrations\":" + files + "}"
    );
}

void ExampleRuns::expect_second_apply() const {
    const std::string files = project().list(
        {"catalog-scripts/refresh_stats.sql", "stores-scripts/clear_cache.sql"}, true
    );
    expect_post(
        "/migrations",
        R"({"mode":"apply","response":"full"})",
        results(4, {1, 0, 0, 0, 0, 1, 1, 1, 2}) + ",\"appliedMigrations\":" + files + "}"
    );
}

void ExampleRuns::expect_applied() const {
    const struct {
        const char* path;
        int id;
        const char* schema;
    } rows[] = {
        {"catalog/001_schema.sql", 6, "catalog"},
        {"billing/002_schema.sql", 7, "billing"},
        {"billing/003_tables.sql", 9, "billing"},
        {"catalog/003_tables.sql", 8, "catalog"},
        {"stores/004_settings.sql", 11, "north"},
        {"stores/005_orders.sql", 12, "north"},
        {"stores-scripts/clear_cache.sql", 13, "north"},
        {"stores-scripts/clear_cache.sql", 15, "north"},
        {"catalog-scripts/refresh_stats.sql", 10, "catalog-scripts"},
        {"catalog-scripts/refresh_stats.sql", 14, "catalog-scripts"},
    };
    std::string expected = "[";
    for (const auto& row : rows) {
        if (expected.size() > 1) expected += ',';
        expected += project().applied(row.path, row.id, row.schema);
    }
    expect_json(service().get("/migrator/v1/migrations/applied"), 200, expected + "]");
    expect_json(service().get("/migrator/v1/tenants"), 200, R"(["north"])");
}

/// Through v2; v2_examples_contract_test.cpp looks at the answers in full.
void ExampleRuns::add_south_and_notes() {
    const auto ask = [&](const std::string& mutation) {
        const Answer answer =
            service().post("/migrator/v2/service", R"({"query":"mutation { )" + mutation + " }\"}");
        EXPECT_EQ(answer.status, 200) << answer.body;
    };
    ask(R"(createTenant(input: {versionName: \"create-tenant-south\", tenantName: \"south\"}))"
        " { summary { tenants } }");
    project().write(kNotes);
    ask(R"(createVersion(input: {versionName: \"preview\", dryRun: true}))"
        " { version { id } }");
    EXPECT_EQ(versions().find("preview"), std::string::npos);
    ask(R"(createVersion(input: {versionName: \"add-notes\"}) { version { id } })");
}

void ExampleRuns::expect_checksum_errors() const {
    project().write(kEditedPlans);
    const std::string body = kChecksumError + ("[" + project().json(kEditedPlans, true)) + "]}";
    const struct {
        const char* path;
        const char* request;
    } cases[] = {
        {"/migrations", R"({"mode":"apply","response":"full"})"},
        {"/migrations", R"({"mode":"sync","response":"summary"})"},
        {"/migrations", R"({"mode":"dry-run","response":"list"})"},
        {"/tenants", R"({"name":"east","mode":"apply","response":"summary"})"},
        {"/tenants", R"({"name":"east","mode":"sync","response":"list"})"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.path) + " " + c.request);
        const std::string path = std::string("/migrator/v1") + c.path;
        expect_json(service().post(path, c.request), 424, body);
    }
    project().write(example_file("billing/003_tables.sql"));
}

void ExampleRuns::expect_failure_of_a_broken_file() const {
    const auto file =
        project().write("billing/007_bad.sql", "create table {schema}.broken (id integer;");
    const Answer answer =
        service().post("/migrator/v1/migrations", R"({"mode":"apply","response":"full"})");
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(header(answer, "Content-Type"), kJson);
    const std::string begin = R"({"error":"SQL migration )" + file + " failed with error: ";
    EXPECT_TRUE(answer.body.starts_with(begin)) << answer.body;
    EXPECT_NE(answer.body.find("syntax error"), std::string::npos) << answer.body;
    EXPECT_NE(answer.body.find("42601"), std::string::npos) << answer.body;
    EXPECT_EQ(answer.body.find("\"details\""), std::string::npos);
    project().remove("billing/007_bad.sql");
}

void ExampleRuns::expect_tables_at_the_end() const {
    EXPECT_EQ(
        versions(),
        "2|API v1 ApplyMigrations\n3|API v1 AddTenantAndApplyMigrations\n"
        "4|API v1 ApplyMigrations\n5|create-tenant-south\n7|add-notes\n"
    );
    const std::vector<std::string> rows{
        "6|001_schema.sql|1|catalog|2",
        "7|002_schema.sql|1|billing|2",
        "8|003_tables.sql|1|catalog|2",
        "9|003_tables.sql|1|billing|2",
        "10|refresh_stats.sql|3|catalog-scripts|2",
        "11|004_settings.sql|2|north|3",
        "12|005_orders.sql|2|north|3",
        "13|clear_cache.sql|4|north|3",
        "14|refresh_stats.sql|3|catalog-scripts|4",
        "15|clear_cache.sql|4|north|4",
        "16|004_settings.sql|2|south|5",
        "17|005_orders.sql|2|south|5",
        "18|clear_cache.sql|4|south|5",
        "24|006_notes.sql|2|north|7",
        "25|006_notes.sql|2|south|7",
        "26|refresh_stats.sql|3|catalog-scripts|7",
        "27|clear_cache.sql|4|north|7",
        "28|clear_cache.sql|4|south|7"};
    EXPECT_EQ(
        database().query(
            "select id, name, type, db_schema, version_id from migrator.migrator_migrations "
            "order by id"
        ),
        rows
    );
    EXPECT_EQ(
        database().query("select id, name from migrator.migrator_tenants order by id"),
        (std::vector<std::string>{"1|north", "2|south"})
    );
    EXPECT_EQ(
        database().value("select source_dir || ' ' || filename || ' ' || contents from "
                         "migrator.migrator_migrations where id = 6"),
        project().base() + "/catalog " + project().base() +
            "/catalog/001_schema.sql create schema {schema};\n"
    );
}

TEST_F(ExampleRuns, Sections6To17) {
    expect_dry_run();
    expect_first_apply();
    expect_new_tenant();
    expect_second_apply();
    expect_applied();
    add_south_and_notes();
    expect_checksum_errors();
    expect_failure_of_a_broken_file();
    expect_tables_at_the_end();
    EXPECT_EQ(database().value("select to_regclass('billing.broken')"), "(null)");
    EXPECT_EQ(database().value("select to_regnamespace('east')"), "(null)");
}

TEST_F(ExampleRuns, Section16NothingPending) {
    const ExamplesProject own;
    const Service without_scripts(own.write_config(database().data_source(), false));
    const std::string request = R"({"mode":"apply","response":"full"})";
    EXPECT_EQ(without_scripts.post("/migrator/v1/migrations", request).status, 200);
    expect_json(
        without_scripts.post(
            "/migrator/v1/tenants",
            R"({"name":"north","mode":"sync",)"
            R"("response":"summary"})"
        ),
        200,
        results(2, {1, 0, 2, 2, 2, 0, 0, 0, 0}) + "}"
    );
    expect_json(
        without_scripts.post("/migrator/v1/migrations", request),
        200,
        results(0, {0, 0, 0, 0, 0, 0, 0, 0, 0}) + "}"
    );
}

TEST_F(ExampleRuns, Section19UpgradeOfAV4Database) {
    const std::string owner = database().value(
        "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"
    );
    database().query("grant create on database " + database().name() + " to " + owner);
    database().query(
        "set role " + owner +
        "; create schema migrator; create table migrator.migrator_migrations (id serial primary "
        "key, name varchar(200) not null, source_dir varchar(200) not null, filename varchar(200) "
        "not null, type int not null, db_schema varchar(200) not null, created timestamp default "
        "now(), contents text, checksum varchar(64)); create table migrator.migrator_tenants (id "
        "serial primary key, name varchar(200) not null, created timestamp default now()); "
        "create schema catalog"
    );
    const ExampleFile& file = example_file("catalog/001_schema.sql");
    const std::string dir = project().base() + "/catalog";
    database().query(
        "insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, "
        "created, contents, checksum) values ('001_schema.sql', '" +
        dir + "', '" + dir + "/001_schema.sql', 1, 'catalog', '2020-01-02 03:04:05.5', '" +
        file.contents + "', '" + file.check_sum + "'); reset role"
    );
    const std::string row = "[" + project().applied("catalog/001_schema.sql", 1, "catalog") + "]";
    const Answer before = service().get("/migrator/v1/migrations/applied");
    expect_json(before, 200, row);
    EXPECT_NE(before.body.find(R"("created":"2020-01-02T03:04:05.5Z")"), std::string::npos);
    EXPECT_EQ(database().value("select to_regclass('migrator.migrator_versions')"), "(null)");

    const Answer apply =
        service().post("/migrator/v1/migrations", R"({"mode":"apply","response":"summary"})");
    expect_json(apply, 200, results(2, {0, 3, 2, 0, 3, 1, 1, 0, 1}) + "}");
    EXPECT_EQ(versions(), "1|Initial version\n2|API v1 ApplyMigrations\n");
    EXPECT_EQ(
        database().value("select id || ' ' || created || ' ' || version_id from "
                         "migrator.migrator_migrations where name = '001_schema.sql'"),
        "1 2020-01-02 03:04:05.5 1"
    );
}

}  // namespace
}  // namespace migrator::e2e
