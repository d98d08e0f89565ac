// Bad requests and a world that is not as it should be: each gets the status and the text of
// docs/compatibility.md, from the real program.
#include <gtest/gtest.h>

#include "e2e/http_examples.hpp"

namespace migrator::e2e {
namespace {

constexpr const char* kApply = R"({"mode":"apply","response":"summary"})";
constexpr const char* kBadRequest =
    R"({"error":"Invalid request, please see documentation for valid JSON payload"})";

std::string new_tenant(const std::string& name) {
    return R"({"name":")" + name + R"(","mode":"apply","response":"summary"})";
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

class BadInput : public HttpExamples {
protected:
    void expect_error(const Answer& answer, int status, const std::string& message) const {
        expect_json(answer, status, R"({"error":")" + message + "\"}");
    }
    test::Process::Result command(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"--config", config()});
        return test::run_migrator(arguments, kEnvironment);
    }
    /// Takes the migration lock for the connection of the test, until `unlock`.
    void lock() const {
        database().query("begin; select pg_advisory_xact_lock(7883946363647717234)");
    }
    void unlock() const { database().query("rollback"); }
};

TEST_F(BadInput, BodyOverTheLimitIs413) {
    const Answer answer = service().post("/migrator/v1/migrations", std::string(10'000'000, ' '));
    EXPECT_EQ(answer.status, 413);
    EXPECT_EQ(header(answer, "Content-Type"), kJson);
    EXPECT_TRUE(contains(answer.body, "1048576")) << answer.body;

    const Service narrow(config(), kEnvironment, {"--set", "maxBodyBytes=40"});
    const std::string fits = R"({"mode":"apply","response":"nope"})";
    EXPECT_EQ(narrow.post("/migrator/v1/migrations", fits).status, 400);
    const Answer over = narrow.post("/migrator/v1/migrations", std::string(41, ' '));
    EXPECT_EQ(over.status, 413);
    EXPECT_TRUE(contains(over.body, "40 bytes")) << over.body;
}

TEST_F(BadInput, HeaderOverTheLimitIs431) {
    const Answer answer =
        service().ask("GET", "/migrator/", {}, "X-Long: " + std::string(100'000, 'a') + "\r\n");
    EXPECT_EQ(answer.status, 431);
    EXPECT_EQ(header(answer, "Content-Type"), kJson);
}

TEST_F(BadInput, MissingSourceFolderIs500WithItsName) {
    std::filesystem::remove_all(project().base() + "/billing");
    const std::string dir = project().base() + "/billing";
    const std::string message =
        "Could not read source dir " + dir + ": open " + dir + ": no such file or directory";
    expect_error(service().get("/migrator/v1/migrations/source"), 500, message);
    expect_error(service().post("/migrator/v1/migrations", kApply), 500, message);
    expect_error(service().post("/migrator/v1/tenants", new_tenant("north")), 500, message);
    EXPECT_EQ(service().get("/migrator/").status, 200);
    EXPECT_EQ(service().get("/migrator/v1/tenants").status, 200);
}

TEST_F(BadInput, NulByteInAFileIsAnErrorWithItsOffset) {
    const auto file =
        project().write("catalog/000_nul.sql", std::string("select 1;\0select 2;", 19));
    const Answer answer = service().post("/migrator/v1/migrations", kApply);
    expect_error(
        answer,
        500,
        "Could not read file " + file +
            ": NUL byte at offset 9; databases do not accept NUL bytes: remove it"
    );
    EXPECT_EQ(database().value("select to_regnamespace('migrator')"), "(null)");

    project().write("catalog/000_nul.sql", std::string("\xff\xfes\0e\0l\0", 8));
    const Answer utf16 = service().get("/migrator/v1/migrations/source");
    EXPECT_EQ(utf16.status, 500);
    EXPECT_TRUE(contains(utf16.body, "looks like UTF-16")) << utf16.body;
}

TEST_F(BadInput, TenantNamesThatCannotBe) {
    ASSERT_EQ(service().post("/migrator/v1/migrations", kApply).status, 200);
    ASSERT_EQ(service().post("/migrator/v1/tenants", new_tenant("north")).status, 200);
    const struct {
        const char* name;
        const char* message;
    } cases[] = {
        {"a b", "Schema name contains invalid characters: a b"},
        {"a;drop", "Schema name contains invalid characters: a;drop"},
        {"a'b", "Schema name contains invalid characters: a'b"},
        {"a.b", "Schema name contains invalid characters: a.b"},
        {" ", "Schema name contains invalid characters:  "},
        {"\xc3\xa9", "Schema name contains invalid characters: \xc3\xa9"},
        {"north", "Failed to add tenant entry: tenant north already exists"},
        {"North",
         "Failed to add tenant entry: tenant North would share the schema north with tenant north; "
         "choose another name"},
        {"pg_Toast",
         "Failed to add tenant entry: pg_Toast is a schema of PostgreSQL itself; choose another "
         "name"},
        {"Public",
         "Failed to add tenant entry: Public is the schema of everybody who names none; choose "
         "another name, or list the tenant in what tenantSelect reads first"},
        {"a--b",
         "Failed to add tenant entry: a--b has two hyphens in a row, which begin a comment in SQL; "
         "choose another name"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        expect_error(service().post("/migrator/v1/tenants", new_tenant(c.name)), 500, c.message);
    }
    for (const std::string reserved : {"migrator", "catalog", "billing"}) {
        SCOPED_TRACE(reserved);
        expect_error(
            service().post("/migrator/v1/tenants", new_tenant(reserved)),
            500,
            "Failed to add tenant entry: " + reserved +
                " is the schema of migrator or of a single directory; choose another name"
        );
    }
    const std::string long_name(201, 'x');
    const Answer too_long = service().post("/migrator/v1/tenants", new_tenant(long_name));
    EXPECT_EQ(too_long.status, 500);
    EXPECT_TRUE(contains(too_long.body, long_name)) << too_long.body;
    expect_json(service().get("/migrator/v1/tenants"), 200, R"(["north"])");
}

TEST_F(BadInput, ASchemaWithObjectsIsToldByTheApisAndRefusedByTheCommandLine) {
    ASSERT_EQ(service().post("/migrator/v1/migrations", kApply).status, 200);
    for (const char* name : {"east", "west", "south"}) {
        database().query("create schema " + std::string(name));
        database().query("grant all on schema " + std::string(name) + " to public");
        database().query("create table " + std::string(name) + ".theirs (id integer)");
    }
    const Answer v1 = service().post("/migrator/v1/tenants", new_tenant("east"));
    EXPECT_EQ(v1.status, 200);
    EXPECT_TRUE(contains(v1.body, "the schema east already exists and holds 1 object")) << v1.body;
    const Answer v2 = service().post(
        "/migrator/v2/service",
        R"({"query":"mutation { createTenant(input: {tenantName: \"west\", versionName: \"v\"}) )"
        R"({ summary { tenants } } }"})"
    );
    EXPECT_EQ(v2.status, 200);
    EXPECT_TRUE(contains(v2.body, "the schema west already exists and holds 1 object")) << v2.body;
    const auto refused = command({"create-tenant", "south"});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_TRUE(contains(refused.err, "with --adopt")) << refused.err;
    const auto adopted = command({"create-tenant", "south", "--adopt"});
    EXPECT_EQ(adopted.exit_code, 0) << adopted.err;
    expect_json(service().get("/migrator/v1/tenants"), 200, R"(["east","west","south"])");
}

TEST_F(BadInput, WhatARoleThatMayOnlyReadCanDo) {
    ASSERT_EQ(service().post("/migrator/v1/migrations", kApply).status, 200);
    ASSERT_EQ(service().post("/migrator/v1/tenants", new_tenant("north")).status, 200);
    const std::string reader = database().add_role("reader");
    database().query(
        "create role " + reader + " login password '" + kPassword +
        "'; grant usage on schema migrator to " + reader +
        "; grant select on all tables in schema migrator to " + reader
    );
    const std::string own_config = project().write_text(
        "reader.yaml", project().config_text(database().data_source_of(reader, kPassword))
    );
    const Service reading(own_config);
    EXPECT_EQ(reading.get("/migrator/v1/migrations/source").status, 200);
    EXPECT_EQ(reading.get("/migrator/v1/migrations/applied").status, 200);
    expect_json(reading.get("/migrator/v1/tenants"), 200, R"(["north"])");
    for (const char* name : {"status", "plan", "tenants", "versions", "validate"}) {
        SCOPED_TRACE(name);
        const auto result = test::run_migrator({"--config", own_config, name});
        EXPECT_EQ(result.exit_code, 0) << result.err;
    }
    const Answer apply = reading.post("/migrator/v1/migrations", kApply);
    EXPECT_EQ(apply.status, 500);
    EXPECT_TRUE(contains(apply.body, "permission denied")) << apply.body;
    EXPECT_EQ(database().value("select count(*) from migrator.migrator_versions"), "2");
}

TEST_F(BadInput, ALockThatAnotherProgramHoldsIs409) {
    const Service impatient(config(), kEnvironment, {"--lock-timeout", "50ms"});
    lock();
    const Answer answer = impatient.post("/migrator/v1/migrations", kApply);
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(header(answer, "Content-Type"), kJson);
    EXPECT_TRUE(contains(answer.body, "the migration lock is held by ")) << answer.body;
    EXPECT_TRUE(contains(answer.body, "gave up after 50 ms")) << answer.body;
    // What needs no lock goes on.
    EXPECT_EQ(impatient.get("/migrator/v1/migrations/applied").status, 200);
    unlock();
    EXPECT_EQ(impatient.post("/migrator/v1/migrations", kApply).status, 200);
}

TEST_F(BadInput, ExitCodesOfTheCommandLine) {
    EXPECT_EQ(command({"status"}).exit_code, 0);
    EXPECT_EQ(command({"status", "--exit-code"}).exit_code, 3);
    EXPECT_EQ(command({"plan"}).exit_code, 0);
    EXPECT_EQ(command({"plan", "--exit-code"}).exit_code, 3);
    lock();
    EXPECT_EQ(command({"apply", "--lock-timeout", "50ms"}).exit_code, 5);
    unlock();
    EXPECT_EQ(command({"apply"}).exit_code, 0);
    EXPECT_EQ(command({"apply"}).exit_code, 0);
    EXPECT_EQ(command({"plan", "--exit-code"}).exit_code, 0) << "scripts are never pending";
    EXPECT_EQ(command({"status", "--exit-code"}).exit_code, 0);
    EXPECT_EQ(command({"create-tenant", "a b"}).exit_code, 1);
    EXPECT_EQ(command({"create-tenant"}).exit_code, 2);
    EXPECT_EQ(command({"apply", "extra"}).exit_code, 2);

    project().write("billing/007_bad.sql", "create table {schema}.broken (id integer;");
    const auto failed = command({"apply"});
    EXPECT_EQ(failed.exit_code, 1);
    EXPECT_TRUE(contains(failed.err, "SQL migration " + project().base() + "/billing/007_bad.sql"))
        << failed.err;
    project().remove("billing/007_bad.sql");

    project().write(kEditedPlans);
    for (const char* name : {"apply", "validate", "sync"}) {
        SCOPED_TRACE(name);
        EXPECT_EQ(command({name}).exit_code, 4);
    }
}

class DatabaseDown : public ::testing::Test {
protected:
    static std::string unreachable() {
        return "user=shop password=s3cret dbname=shop host=127.0.0.1 port=1 sslmode=disable";
    }
    ExamplesProject project_;
    Service service_{project_.write_config(unreachable())};
};

TEST_F(DatabaseDown, EveryCallThatNeedsItIs500) {
    const struct {
        const char* method;
        const char* path;
        std::string body;
    } cases[] = {
        {"GET", "/migrator/v1/migrations/source", ""},
        {"GET", "/migrator/migrations/source", ""},
        {"GET", "/migrator/v1/migrations/applied", ""},
        {"GET", "/migrator/v1/tenants", ""},
        {"POST", "/migrator/v1/migrations", kApply},
        {"POST", "/migrator/v1/migrations", R"({"mode":"dry-run","response":"list"})"},
        {"POST", "/migrator/v1/tenants", new_tenant("north")},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.method) + " " + c.path);
        const Answer answer = service_.ask(c.method, c.path, c.body);
        EXPECT_EQ(answer.status, 500);
        EXPECT_EQ(header(answer, "Content-Type"), kJson);
        EXPECT_TRUE(answer.body.starts_with(
            R"({"error":"Error initialising migrator: failed to connect to database: )"
        )) << answer.body;
        EXPECT_FALSE(contains(answer.body, "s3cret"));
    }
}

TEST_F(DatabaseDown, WhatNeedsNoDatabaseGoesOn) {
    EXPECT_EQ(service_.get("/migrator/").status, 200);
    EXPECT_EQ(service_.get("/migrator/v1/config").status, 200);
    EXPECT_EQ(service_.get("/migrator").status, 301);
    EXPECT_EQ(service_.get("/").status, 404);
    expect_json(service_.post("/migrator/v1/migrations", "{\"mode\""), 400, kBadRequest);
    expect_json(service_.post("/migrator/v1/tenants", kApply), 400, kBadRequest);
    expect_json(
        service_.post("/migrator/v1/tenants", new_tenant("a b")),
        500,
        R"({"error":"Schema name contains invalid characters: a b"})"
    );
}

TEST_F(DatabaseDown, CommandsFailWithOne) {
    const auto result =
        test::run_migrator({"--config", project_.write_config(unreachable()), "status"});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_TRUE(contains(result.err, "failed to connect to database: ")) << result.err;
    EXPECT_FALSE(contains(result.err, "s3cret")) << result.err;
}

}  // namespace
}  // namespace migrator::e2e
