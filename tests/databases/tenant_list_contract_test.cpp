// Where the list of tenants comes from, and what becomes of rows that are no tenant.
#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

using Names = std::vector<std::string>;

class TenantListTest : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        log::redirect([](std::string_view) {});
    }
    void TearDown() override { log::redirect(nullptr); }

    void write_files() {
        project().write("catalog/001_schema.sql", "create schema {schema};");
        project().write(
            "catalog/002_customers.sql", "create table {schema}.customers (name varchar(50));"
        );
        project().write("stores/003_orders.sql", "create table {schema}.orders (id integer);");
    }
    std::string parameter() const {
        return kind().commits_each_file ? "?" : kind().schemas_are_files ? "?1" : "$1";
    }
    std::string customers() {
        return project().value("select count(*) from catalog.customers", "catalog");
    }
    void make_table(const std::string& schema) {
        if (!kind().schemas_are_files) project().execute("create schema " + schema);
        project().value("create table " + schema + ".theirs (id integer)", schema);
    }
    template <typename Work>
    static std::string failure_of(Work&& work) {
        try {
            work();
        } catch (const Error& error) {
            return error.what();
        }
        ADD_FAILURE() << "nothing was thrown";
        return {};
    }
    static bool tells_of_objects(const coordinator::Outcome& outcome) {
        return std::ranges::any_of(outcome.notes, [](const std::string& note) {
            return note.find(
                       "already exists and holds 1 object (table theirs); tenant north works "
                       "in it"
                   ) != std::string::npos;
        });
    }
};

TEST_P(TenantListTest, EachBadRowNamesItself) {
    write_files();
    project().create_tenant("north");
    project().database.tenant_select =
        "select 'north' union all select null union all select '' union all select ' t2' "
        "union all select 'acme.eu'";
    project().write("stores/004_more.sql", "create table {schema}.more (id integer);");
    const std::string why = project().failure_of_apply();
    for (const char* told :
         {"tenantSelect gave an empty name (row 2 of 5): it is NULL\n",
          "tenantSelect gave an empty name (row 3 of 5)\n",
          "tenantSelect gave an invalid name (row 4 of 5): \" t2\"",
          "tenantSelect gave an invalid name (row 5 of 5): \"acme.eu\""}) {
        EXPECT_NE(why.find(told), std::string::npos) << why;
    }
    EXPECT_TRUE(why.ends_with("\nNothing was run.")) << why;
    const auto list = project().open()->tenant_list();
    EXPECT_EQ(list.names, Names{"north"});
    EXPECT_EQ(list.bad.size(), 4U);
    EXPECT_EQ(project().open()->inspection().status().bad_tenants.size(), 4U);
    // A run for somebody else goes on.
    EXPECT_EQ(
        project().apply({.tenants = {.names = {"north"}}}).summary.tenant_migrations_total, 1
    );
}

TEST_P(TenantListTest, ARowThatIsThereTwiceIsOneTenant) {
    write_files();
    project().create_tenant("north");
    project().database.tenant_select = "select 'north' union all select 'north'";
    project().write("stores/004_more.sql", "create table {schema}.more (id integer);");
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 1);
}

TEST_P(TenantListTest, WhatIsInsertedIsReadBack) {
    write_files();
    project().apply();
    project().database.tenant_select = "select name from catalog.customers";
    project().database.tenant_insert =
        "insert into catalog.customers select 'somebody' from (select 1 as one) x where " +
        std::string(kind().has_default_schema ? "$1::text" : parameter()) + " is not null";
    const std::string why = failure_of([&] { project().create_tenant("north"); });
    EXPECT_NE(why.find("tenantSelect does not give tenant north afterwards"), std::string::npos)
        << why;
    EXPECT_EQ(customers(), "0");
    project().database.tenant_insert =
        "insert into catalog.customers (name) values (" + parameter() + ")";
    project().create_tenant("north");
    EXPECT_EQ(project().open()->tenants(), Names{"north"});
}

TEST_P(TenantListTest, ASchemaWithObjectsIsAdoptedAsTheCallerSays) {
    write_files();
    project().apply();
    make_table("north");
    const auto create = [&](std::optional<db::AdoptSchemas> rule, Action action = Action::Apply) {
        return project().apply(
            {.tenant = "north", .action = action, .dry_run = !rule, .adopt_schemas = rule}
        );
    };
    const std::string why = failure_of([&] { create(db::AdoptSchemas::Refuse); });
    EXPECT_NE(why.find("already exists and holds 1 object (table theirs)"), std::string::npos)
        << why;
    EXPECT_NE(why.find("--adopt"), std::string::npos) << why;
    EXPECT_TRUE(project().open()->tenants().empty());
    EXPECT_TRUE(tells_of_objects(create(std::nullopt)));  // a dry run, as the options say
    project().database.adopt_schemas = db::AdoptSchemas::Refuse;
    failure_of([&] { create(std::nullopt); });
    EXPECT_FALSE(tells_of_objects(create(db::AdoptSchemas::Refuse, Action::Sync)));
    EXPECT_EQ(project().open()->tenants(), Names{"north"});
}

TEST_P(TenantListTest, AListedTenantInAnotherSchemaGoesOnOnlyIfItHasWorkedThere) {
    write_files();
    project().create_tenant("north");
    project().execute("insert into " + own("migrator_tenants") + " (name) values ('catalog')");
    project().write("stores/004_more.sql", "create table {schema}.more (id integer);");
    const std::string why = project().failure_of_apply();
    EXPECT_NE(
        why.find("tenant catalog (row 2 of 2): its schema is that of migrator or of a single "
                 "directory"),
        std::string::npos
    ) << why;
    project().execute(
        "insert into " + own("migrator_migrations") +
        " (name, source_dir, filename, type, db_schema, contents, checksum, version_id) select "
        "name, source_dir, filename, type, 'catalog', contents, checksum, version_id from " +
        own("migrator_migrations") + " where db_schema = 'north'"
    );
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 2);
}

MIGRATOR_ON_EVERY_DATABASE(TenantListTest);

/// What the Go program leaves: tenants in capitals, whose files have worked in the folded schema.
class FoldedTenants : public TenantListTest {};

TEST_P(FoldedTenants, AreContinuedWhereTheyAre) {
    write_files();
    project().create_tenant("North");
    EXPECT_EQ(project().rows().back(), "003_orders.sql/North");
    project().write("stores/004_more.sql", "create table {schema}.more (id integer);");
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 1);
    EXPECT_EQ(project().value("select count(*) from north.more"), "0");
}

TEST_P(FoldedTenants, OfOneSchemaAreBothRefusedWhenBothHaveWorkedThere) {
    write_files();
    project().create_tenant("North");
    project().execute("insert into migrator.migrator_tenants (name) values ('north')");
    project().write("stores/004_more.sql", "create table {schema}.more (id integer);");
    std::string why = project().failure_of_apply();
    EXPECT_NE(
        why.find("tenant north (row 2 of 2): shares the schema north with tenant North"),
        std::string::npos
    ) << why;
    EXPECT_EQ(why.find("tenant North (row 1 of 2): shares"), std::string::npos) << why;
    project().execute(
        "insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, "
        "checksum, version_id) select name, source_dir, filename, type, 'north', checksum, "
        "version_id from migrator.migrator_migrations"
    );
    why = project().failure_of_apply();
    EXPECT_NE(why.find("tenant North (row 1 of 2): shares"), std::string::npos) << why;
    EXPECT_NE(why.find("tenant north (row 2 of 2): shares"), std::string::npos) << why;
}

TEST_P(FoldedTenants, MixedQuotesAreRefusedWithBothPlaces) {
    project().write("stores/001_a.sql", "create table \"{schema}\".a (id integer);");
    project().write("stores/002_b.sql", "\ncreate table {schema}.b (id integer);");
    const std::string why = failure_of([&] { project().create_tenant("North"); });
    EXPECT_NE(why.find("{schema} stands in quotes in line 1 of "), std::string::npos) << why;
    EXPECT_NE(why.find("outside quotes in line 2 of "), std::string::npos) << why;
    project().create_tenant("north");  // means the same either way
}

MIGRATOR_ON_DATABASE(FoldedTenants, "Postgresql");

}  // namespace
}  // namespace migrator::test
