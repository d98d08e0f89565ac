// What `-- migrator:check` says of a schema before the file runs.
#include <fmt/format.h>

#include "coordinator/inspection.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

class Checks : public ProjectTest {
protected:
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
    void make_tenants(int count) {
        project().write("stores/001_orders.sql", "create table {schema}.orders (n integer);");
        for (int i = 1; i <= count; ++i) project().create_tenant(fmt::format("t{}", i));
    }
    void insert_twice(const std::string& tenant) {
        project().write(
            "stores-scripts/fill.sql", "insert into " + tenant + ".orders values (5), (5);"
        );
        coordinator::VersionRequest request;
        request.tenants.names = {tenant};
        project().apply(request);
        project().remove("stores-scripts/fill.sql");
    }
    db::CheckReport asked() {
        const auto instance = project().open();
        const auto& inspection = instance->inspection();
        return inspection.run_checks(inspection.preview(false));
    }
    /// In a table of the tenant's.
    std::string count(const std::string& table, const std::string& tenant = "t1") {
        return project().value("select count(*) from " + tenant + "." + table, tenant);
    }

    static constexpr const char* kUnique =
        "-- migrator:check select not exists (select n from {schema}.orders\n"
        "--   group by n having count(*) > 1);\n"
        "create table {schema}.made (id integer);\n";
};

TEST_P(Checks, NameTheTenantsThatWouldFailBeforeAnythingRuns) {
    make_tenants(5);
    project().write("stores/002_unique.sql", kUnique);
    EXPECT_TRUE(asked().failed.empty());
    EXPECT_EQ(asked().asked, 5U);
    project().remove("stores/002_unique.sql");
    insert_twice("t2");
    insert_twice("t4");
    project().write("stores/002_unique.sql", kUnique);
    for (const std::size_t workers : {1U, 3U}) {
        project().database.parallelism = workers;
        const db::CheckReport report = asked();
        EXPECT_EQ(report.asked, 5U);
        ASSERT_EQ(report.failed.size(), 2U);
        EXPECT_TRUE(has(report.failed[0].file, "002_unique.sql"));
        EXPECT_EQ(report.failed[0].line, 1U);
        EXPECT_TRUE(has(report.failed[0].check, "select not exists")) << report.failed[0].check;
        EXPECT_EQ(report.failed[0].schema, "t2");
        EXPECT_EQ(report.failed[1].schema, "t4");
        EXPECT_EQ(report.failed[0].why, "it is false");
    }
}

TEST_P(Checks, FailTheFileBeforeItsFirstStatement) {
    make_tenants(1);
    insert_twice("t1");
    const std::size_t rows = project().rows().size();
    for (const char* marker : {"", "-- migrator:no-transaction\n"}) {
        SCOPED_TRACE(marker);
        project().write("stores/002_unique.sql", marker + std::string(kUnique));
        const std::string said = project().failure_of_apply();
        EXPECT_TRUE(has(said, "002_unique.sql failed with error: the check")) << said;
        EXPECT_TRUE(has(said, "does not hold: it is false")) << said;
        EXPECT_TRUE(has(said, "schema t1")) << said;
        EXPECT_TRUE(has(said, *marker == 0 ? "line 1" : "line 2")) << said;
        EXPECT_EQ(project().rows().size(), rows);
    }
    // `made` would be there if a statement had run.
    project().write("stores/002_unique.sql", "create table {schema}.made (id integer);");
    project().apply();
    EXPECT_EQ(count("made"), "0");
}

TEST_P(Checks, SeeWhatEarlierFilesOfTheRunHaveDone) {
    make_tenants(2);
    project().write("stores/002_fill.sql", "insert into {schema}.orders values (7);");
    project().write(
        "stores/003_look.sql",
        "-- migrator:check select count(*) = 1 from {schema}.orders where n = 7\n"
        "insert into {schema}.orders values (8);"
    );
    EXPECT_EQ(asked().failed.size(), 2U) << "the plan has not run the file before";
    project().apply();
    EXPECT_EQ(count("orders"), "2");
    EXPECT_EQ(count("orders", "t2"), "2");
}

TEST_P(Checks, AreTrueByOneRowOnly) {
    make_tenants(1);
    const struct {
        const char* check;
        const char* why;  ///< null: it is true
    } cases[] = {
        {"select 1", nullptr},
        {"select 2, 0", nullptr},
        {"select 0.5", nullptr},
        {"select 0", "it is false"},
        {"select 0.0", "it is false"},
        {"select 1 = 1", nullptr},
        {"select 1 = 2", "it is false"},
        {"select null", "it is NULL"},
        {"select 1 from {schema}.orders", "it gives no row"},
        {"select 1 union all select 1", "it gives 2 rows instead of one"},
        {"select 'yes'", "it gives neither true nor false nor a number"},
        {"select n from {schema}.missing", "missing"},
        {"with a as (select 3 as v) select v from a", nullptr},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.check);
        project().write("stores/002_check.sql", std::string("-- migrator:check ") + c.check + ";");
        const db::CheckReport report = asked();
        EXPECT_EQ(report.asked, 1U);
        ASSERT_EQ(report.failed.size(), c.why == nullptr ? 0U : 1U);
        if (c.why == nullptr) continue;
        EXPECT_TRUE(has(report.failed[0].why, c.why)) << report.failed[0].why;
        const std::string said = project().failure_of_apply();
        EXPECT_TRUE(has(said, c.why)) << said;
    }
    EXPECT_EQ(project().rows().size(), 1U);
}

TEST_P(Checks, ThatWriteAreRefused) {
    make_tenants(1);
    project().write(
        "stores/002_check.sql",
        "\n-- migrator:check delete from {schema}.orders\ninsert into {schema}.orders values (1);"
    );
    const auto instance = project().open();
    const auto preview = instance->inspection().preview(false);
    ASSERT_EQ(preview.problems.size(), 1U);
    EXPECT_TRUE(has(preview.problems[0].message, "line 2: a check begins with"));
    EXPECT_EQ(asked().failed.size(), 1U) << "nobody may take it for true";
    const std::string said = project().failure_of_apply();
    EXPECT_TRUE(has(said, "line 2: a check begins with")) << said;
    EXPECT_EQ(count("orders"), "0");
}

MIGRATOR_ON_EVERY_DATABASE(Checks);

class ChecksOnPostgresql : public ProjectTest {};

TEST_P(ChecksOnPostgresql, ChangeNothingByFunctionsEither) {
    project().write(
        "stores/001_orders.sql",
        "create table {schema}.orders (n integer);\n"
        "create function {schema}.add() returns boolean language sql as\n"
        "  $$ insert into {schema}.orders values (1) returning true $$;"
    );
    project().create_tenant("t1");
    project().write("stores/002_check.sql", "-- migrator:check select {schema}.add()");
    const std::string said = project().failure_of_apply();
    EXPECT_NE(said.find("read-only transaction"), std::string::npos) << said;
    // The settings of the file are its own: the check leaves none.
    project().write(
        "stores/002_check.sql",
        "-- migrator:check select set_config('search_path', 'pg_catalog', false) is not null\n"
        "insert into {schema}.orders select 2 where current_setting('search_path') <> "
        "'pg_catalog';"
    );
    project().apply();
    EXPECT_EQ(project().value("select count(*) from t1.orders", "t1"), "1");
}

MIGRATOR_ON_DATABASE(ChecksOnPostgresql, "Postgresql");

}  // namespace
}  // namespace migrator::test
