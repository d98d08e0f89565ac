// What applying means, on every database.
#include <thread>

#include "core/error.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

using Names = std::vector<std::string>;

class Apply : public ProjectTest {};

TEST_P(Apply, RunsEverythingInSourceOrderAndRecordsIt) {
    write_shop();
    project().create_tenant("north");  // no single file has run yet: only the tenant's own
    project().create_tenant("south");
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.summary.tenants, 2);
    EXPECT_EQ(outcome.summary.single_migrations, 4);
    EXPECT_EQ(outcome.summary.tenant_migrations, 0);
    EXPECT_EQ(outcome.summary.single_scripts, 1);
    EXPECT_EQ(outcome.summary.tenant_scripts_total, 2);
    EXPECT_EQ(outcome.summary.version_id, 3);
    EXPECT_EQ(
        project().rows(),
        (Names{
            "004_settings.sql/north",
            "005_orders.sql/north",
            "clear.sql/north",
            "004_settings.sql/south",
            "005_orders.sql/south",
            "clear.sql/south",
            "001_schema.sql/catalog",
            "002_schema.sql/billing",
            "003_plans.sql/billing",
            "003_products.sql/catalog",
            "touch.sql/catalog-scripts",
            "clear.sql/north",
            "clear.sql/south"})
    );
    EXPECT_EQ(project().value("select sku from catalog.products", "catalog"), "bean");
}

TEST_P(Apply, FindsNothingToDoTheSecondTime) {
    project().write("catalog/001_schema.sql", "create schema {schema};");
    project().apply();
    const auto again = project().apply();
    EXPECT_EQ(again.summary.version_id, 0);
    EXPECT_EQ(again.summary.migrations_grand_total(), 0);
    EXPECT_TRUE(again.files.empty());
    EXPECT_EQ(project().rows().size(), 1U);
}

TEST_P(Apply, RunsANewTenantFileFileFirstForAllTenants) {
    write_shop();
    project().apply();
    project().create_tenant("north");
    project().create_tenant("south");
    project().remove("catalog-scripts/touch.sql");
    project().remove("stores-scripts/clear.sql");
    project().write("stores/006_a.sql", "create table {schema}.a (x integer);");
    project().write("stores/007_b.sql", "create table {schema}.b (x integer);");
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.summary.tenant_migrations, 2);
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 4);
    auto rows = project().rows();
    rows.erase(rows.begin(), rows.end() - 4);
    EXPECT_EQ(
        rows, (Names{"006_a.sql/north", "006_a.sql/south", "007_b.sql/north", "007_b.sql/south"})
    );
}

TEST_P(Apply, DryRunLeavesNothingBehind) {
    write_shop();
    project().create_tenant("north");
    const auto before = project().rows();
    const auto outcome = project().apply({.version_name = "preview", .dry_run = true});
    EXPECT_EQ(outcome.summary.single_migrations, 4);
    EXPECT_EQ(project().rows(), before);
    EXPECT_EQ(project().open()->versions({}).size(), 1U);
    // The real run finds the ground as it was.
    EXPECT_EQ(project().apply().summary.single_migrations, 4);
}

TEST_P(Apply, DryRunOfANewTenantLeavesNoTenant) {
    write_shop();
    project().apply();
    project().apply({.version_name = "preview", .tenant = "north", .dry_run = true});
    EXPECT_TRUE(project().open()->tenants().empty());
}

TEST_P(Apply, SyncRecordsWithoutRunning) {
    project().write("catalog/001_broken.sql", "this is no SQL at all");
    const auto outcome = project().apply({.version_name = "take over", .action = Action::Sync});
    EXPECT_EQ(outcome.summary.single_migrations, 1);
    EXPECT_EQ(project().rows(), Names{"001_broken.sql/catalog"});
    EXPECT_EQ(project().apply().summary.single_migrations, 0);
}

TEST_P(Apply, RefusesATenantThatIsThereAlready) {
    write_shop();
    project().create_tenant("north");
    try {
        project().create_tenant("north");
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "Failed to add tenant entry: tenant north already exists");
    }
    EXPECT_EQ(project().open()->tenants(), Names{"north"});
}

TEST_P(Apply, RefusesTenantsNamedAsAReservedSchema) {
    for (const char* name : {"migrator", "Migrator", "catalog", "BILLING"}) {
        SCOPED_TRACE(name);
        EXPECT_THROW(project().create_tenant(name), Error);
    }
    EXPECT_TRUE(project().open()->tenants().empty());
}

TEST_P(Apply, MakesATenantWithoutAnyFiles) {
    const auto outcome = project().create_tenant("north");
    EXPECT_EQ(outcome.summary.version_id, 0);
    EXPECT_EQ(outcome.summary.tenants, 1);
    EXPECT_EQ(project().open()->tenants(), Names{"north"});
    EXPECT_TRUE(project().open()->versions({}).empty());
}

TEST_P(Apply, MakesNoVersionForTenantFilesWithoutTenants) {
    project().write("stores/001_a.sql", "create table {schema}.a (x integer);");
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.summary.version_id, 0);
    EXPECT_EQ(outcome.summary.tenant_migrations, 1);
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 0);
    EXPECT_EQ(outcome.files.size(), 1U);
    EXPECT_TRUE(project().open()->versions({}).empty());
}

TEST_P(Apply, RecordsBlankFilesWithoutRunningThem) {
    project().write("catalog/001_empty.sql", "");
    project().write("catalog/002_comment.sql", "-- nothing yet");
    project().write("catalog/003_blank.sql", " \r\n;\n; ");
    EXPECT_EQ(project().apply().summary.single_migrations, 3);
    EXPECT_EQ(project().rows().size(), 3U);
}

TEST_P(Apply, LeavesOutABeginAndCommitAroundAFile) {
    project().write(
        "catalog/001_wrapped.sql",
        "begin;\ncreate schema {schema};\ncreate table {schema}.a (x integer);\ncommit;\n"
    );
    project().write("catalog/002_more.sql", "insert into {schema}.a values (7);");
    project().apply();
    EXPECT_EQ(project().value("select x from catalog.a", "catalog"), "7");
}

TEST_P(Apply, NamesAStateOfAFileThatWasEdited) {
    write_shop();
    project().apply();
    const auto file = project().write("billing/003_plans.sql", "select 'edited';");
    const auto outcome = project().apply();
    ASSERT_EQ(outcome.changed.size(), 1U);
    EXPECT_EQ(outcome.changed[0].file, file);
    EXPECT_TRUE(outcome.files.empty());

    const auto instance = project().open();
    instance->corrections().accept(instance->corrections().find_change("003_plans.sql"), "");
    EXPECT_TRUE(project().apply().changed.empty());
}

TEST_P(Apply, BringsForgottenFilesBackForThatTenantAlone) {
    project().write("stores/001_a.sql", "create table if not exists {schema}.a (x integer);");
    project().write("stores/002_b.sql", "create table if not exists {schema}.b (x integer);");
    project().create_tenant("north");
    project().create_tenant("south");
    const auto instance = project().open();
    const auto found = instance->corrections().find_forgettable("south", "002_b.sql");
    ASSERT_EQ(found.files.size(), 1U);
    instance->corrections().forget("south", found, "");
    EXPECT_EQ(project().open()->inspection().status().pending.files.size(), 1U);
    project().apply();
    EXPECT_EQ(project().rows().back(), "002_b.sql/south");
    EXPECT_EQ(project().rows().size(), 4U);
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(Apply, SyncOfOneTenantHidesNoFileFromTheOthers) {
    project().write("stores/001_a.sql", "create table {schema}.a (x integer);");
    project().create_tenant("north");
    project().apply({.version_name = "empty", .tenant = "south", .action = Action::Sync});
    project().write("stores/002_b.sql", "create table {schema}.b (x integer);");
    project().apply(
        {.version_name = "sync", .action = Action::Sync, .tenants = {.names = {"south"}}}
    );
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 2);
}

TEST_P(Apply, ForgettingLeavesNoVersionWithoutRows) {
    project().write("stores/001_a.sql", "create table if not exists {schema}.a (x integer);");
    project().create_tenant("north");
    const auto instance = project().open();
    instance->corrections().forget(
        "north", instance->corrections().find_forgettable("north", "001_a.sql"), ""
    );
    EXPECT_TRUE(project().open()->versions({}).empty());
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 1);
}

TEST_P(Apply, StopsBeforeAnythingWhenATenantNameIsNotValid) {
    write_shop();
    project().create_tenant("north");
    project().execute("insert into " + own("migrator_tenants") + " (name) values ('no good')");
    EXPECT_EQ(
        project().failure_of_apply(),
        "the table " + own("migrator_tenants").insert(0, kind().prefix.empty() ? "main." : "") +
            " gave an invalid name (row 2 of 2): \"no good\"; a name is up to 200 letters, digits, "
            "'_' and '-'\nNothing was run."
    );
    EXPECT_EQ(project().rows().size(), 3U);
}

MIGRATOR_ON_EVERY_DATABASE(Apply);

}  // namespace
}  // namespace migrator::test
