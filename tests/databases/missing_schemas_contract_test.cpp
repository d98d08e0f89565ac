// Tenants that are listed before their schema is there, and tenants that nothing is recorded for.
#include "core/error.hpp"
#include "core/log.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

using Names = std::vector<std::string>;

class MissingSchemasTest : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        log::redirect([](std::string_view) {});
        project().write("catalog/001_schema.sql", "create schema {schema};");
        project().write("stores/002_orders.sql", "create table {schema}.orders (id integer);");
        project().create_tenant("north");
        list("north");
        list("south");
    }
    void TearDown() override { log::redirect(nullptr); }

    void list(const std::string& tenant) {
        names_.push_back(tenant);
        std::string select;
        for (const std::string& name : names_) {
            select += (select.empty() ? "select '" : " union all select '") + name + "'";
        }
        project().database.tenant_select = select;
    }
    void say(db::MissingSchemas rule) {
        project().database.missing_schemas = rule;
        project().options.missing_schemas = rule;
    }
    void make_schema(const std::string& schema) {
        if (!kind().schemas_are_files) return project().execute("create schema " + schema);
        project().value("create table " + schema + ".x (id integer)", schema);
    }
    Names without_schema() { return project().open()->inspection().status().without_schema; }

private:
    Names names_;
};

TEST_P(MissingSchemasTest, AreSkippedUntilTheyAreThere) {
    say(db::MissingSchemas::Skip);
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.summary.tenants, 1);
    EXPECT_TRUE(outcome.failures.empty());
    EXPECT_EQ(without_schema(), Names{"south"});
    make_schema("south");
    EXPECT_EQ(without_schema(), Names{});
    EXPECT_EQ(project().apply({.reconcile = true}).summary.tenant_migrations_total, 1);
    EXPECT_EQ(project().value("select count(*) from south.orders", "south"), "0");
}

TEST_P(MissingSchemasTest, FailBeforeAnythingRuns) {
    say(db::MissingSchemas::Fail);
    project().write("stores/003_more.sql", "create table {schema}.more (id integer);");
    const auto why = project().failure_of_apply();
    EXPECT_NE(why.find("tenant south is listed, but has no schema yet"), std::string::npos) << why;
    EXPECT_NE(why.find("Nothing was run."), std::string::npos) << why;
    EXPECT_EQ(project().apply({.tenants = {.names = {"north"}}}).summary.tenants, 1);
}

TEST_P(MissingSchemasTest, RunAsByDefault) {
    const auto status = project().open()->inspection().status();
    EXPECT_EQ(status.without_schema, kind().schemas_are_files ? Names{} : Names{"south"});
    project().write("stores/001_schema.sql", "create schema if not exists {schema};");
    EXPECT_EQ(project().apply({.reconcile = true}).summary.tenants, 2);
    EXPECT_EQ(without_schema(), Names{});
}

TEST_P(MissingSchemasTest, AreFoundWhateverTheLettersOfTheSchema) {
    if (kind().schemas_are_files) GTEST_SKIP() << "names of files have their letters";
    list("West");
    make_schema("west");
    EXPECT_EQ(without_schema(), Names{"south"}) << "on some servers it is the same schema";
}

MIGRATOR_ON_EVERY_DATABASE(MissingSchemasTest);

class UnmanagedTenantsTest : public MissingSchemasTest {};

TEST_P(UnmanagedTenantsTest, GetTheNewestFilesAloneOnlyWhereThatIsSaid) {
    make_schema("south");
    project().write("stores/003_more.sql", "create table {schema}.more (id integer);");
    const auto refused = [&] {
        try {
            project().apply({.unmanaged = coordinator::UnmanagedTenants::Refuse});
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string("it was not refused");
    };
    EXPECT_NE(refused().find("tenant south has no recorded migration"), std::string::npos)
        << refused();
    EXPECT_EQ(project().rows().size(), 1U);
    project().options.unmanaged = coordinator::UnmanagedTenants::Skip;
    EXPECT_EQ(project().apply().summary.tenants, 1);
    EXPECT_EQ(project().open()->inspection().status().unmanaged, Names{"south"});
    project().write("stores/004_last.sql", "create table {schema}.last (id integer);");
    project().options.unmanaged.reset();
    EXPECT_EQ(project().apply().summary.tenants, 2);
    EXPECT_EQ(project().value("select count(*) from south.last", "south"), "0");
    EXPECT_EQ(project().open()->inspection().status().lagging.size(), 1U);
}

MIGRATOR_ON_EVERY_DATABASE(UnmanagedTenantsTest);

}  // namespace
}  // namespace migrator::test
