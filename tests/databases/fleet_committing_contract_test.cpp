// Tenants one by one where DDL commits.
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

class FleetCommitting : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().database.atomicity = db::Atomicity::Tenant;
        project().database.parallelism = 4;
        project().write("catalog/001_schema.sql", "create schema {schema};");
        project().apply();
        for (const char* tenant : {"north", "east", "south"}) project().create_tenant(tenant);
    }
};

TEST_P(FleetCommitting, AFailedTenantKeepsNobodyElseBack) {
    project().database.max_failures = {.value = 1};
    project().write(
        "stores/002_a.sql",
        "create table {schema}.{schema}_a (x integer);\ncreate table {schema}.east_a (x integer, y "
        "integer);"
    );
    project().write("catalog/003_single.sql", "create table {schema}.s (x integer);");
    project().write("stores/004_b.sql", "create table {schema}.b (x integer);");
    const auto outcome = project().apply();
    ASSERT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.failures[0].tenant, "east");
    EXPECT_EQ(outcome.failures[0].statement, 2);
    EXPECT_EQ(outcome.summary.fleet->tenants_done, 2);
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 4);
    EXPECT_EQ(outcome.summary.single_migrations, 1);
    const auto unfinished = project().open()->inspection().status().unfinished;
    ASSERT_EQ(unfinished.size(), 1U);
    EXPECT_EQ(unfinished[0].tenant, "east");
    EXPECT_EQ(unfinished[0].state, "failed");
    EXPECT_EQ(unfinished[0].statement, 1) << "it stays";

    project().execute("drop table east.east_a");
    project().write("stores/002_a.sql", "create table {schema}.{schema}_a (x integer);");
    project().execute("update migrator.migrator_migrations set checksum = null");
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 2);
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

MIGRATOR_ON_DATABASE(FleetCommitting, "Mariadb");

}  // namespace
}  // namespace migrator::test
