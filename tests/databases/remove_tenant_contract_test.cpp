// Tenants that are removed: what goes, and what stays.
#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

class RemoveTenantTest : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        log::redirect([](std::string_view) {});
        project().write("catalog/001_schema.sql", "create schema {schema};");
        project().write("stores/002_orders.sql", "create table {schema}.orders (id integer);");
        project().create_tenant("north");
        project().create_tenant("south");
        project().apply();
    }
    void TearDown() override { log::redirect(nullptr); }

    db::TenantTraces remove(const std::string& tenant, bool drop_schema = false) {
        return project().open()->corrections().remove_tenant(tenant, drop_schema, "request");
    }
    std::string refusal(const std::string& tenant, bool drop_schema, ErrorKind kind) {
        try {
            remove(tenant, drop_schema);
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), kind) << error.what();
            return error.what();
        }
        ADD_FAILURE() << "nothing was thrown";
        return {};
    }
    std::string rows_of(const std::string& tenant) {
        return project().value(
            "select count(*) from " + own("migrator_migrations") + " where db_schema = '" + tenant +
            "'"
        );
    }
    std::string orders(const std::string& schema) {
        return project().value("select count(*) from " + schema + ".orders", schema);
    }
    /// For a statement with one placeholder.
    std::string parameter() const {
        return kind().commits_each_file ? "?" : kind().schemas_are_files ? "?1" : "$1";
    }
};

TEST_P(RemoveTenantTest, TakesItsRecordsAndItsEntry) {
    const auto found = project().open()->corrections().find_tenant("north");
    EXPECT_TRUE(found.is_listed);
    EXPECT_EQ(found.rows, 1U);
    EXPECT_EQ(found.schema, "north");
    EXPECT_EQ(remove("north"), found);
    EXPECT_EQ(rows_of("north"), "0");
    EXPECT_EQ(rows_of("south"), "1");
    EXPECT_EQ(project().open()->tenants(), std::vector<std::string>{"south"});
    EXPECT_EQ(orders("north"), "0") << "the schema stays";
    // No version is without rows, and the next run has nothing to do.
    EXPECT_EQ(
        project().value(
            "select count(*) from " + own("migrator_versions") +
            " where id not in (select "
            "version_id from " +
            own("migrator_migrations") + ")"
        ),
        "0"
    );
    EXPECT_EQ(project().apply().summary.version_id, 0);
    EXPECT_TRUE(
        refusal("north", false, ErrorKind::NotFound).find("nothing is recorded") !=
        std::string::npos
    );
    EXPECT_THROW(project().open()->corrections().find_tenant("catalog"), Error);
}

TEST_P(RemoveTenantTest, TakesWhatADeletedTenantHasLeft) {
    project().execute("delete from " + own("migrator_tenants") + " where name = 'north'");
    project().execute(
        "insert into " + own("migrator_tenant_state") +
        " (tenant, version_id, first_file, state, file, statement, " +
        (kind().commits_each_file ? "`sqlstate`" : "sqlstate") +
        ", message, changed) values ('north', 1, 'x', 'failed', 'x', 0, '', '', '2026-01-01 "
        "00:00:00')"
    );
    const auto status = project().open()->inspection().status();
    EXPECT_EQ(status.fleet.unlisted, std::vector<std::string>{"north"});
    EXPECT_TRUE(status.unfinished.empty());
    const auto removed = remove("north");
    EXPECT_FALSE(removed.is_listed);
    EXPECT_TRUE(removed.has_state);
    EXPECT_TRUE(project().open()->inspection().status().fleet.unlisted.empty());
}

TEST_P(RemoveTenantTest, DropsTheSchemaWhereTheDatabaseCan) {
    if (kind().schemas_are_files) {
        const auto why = refusal("north", true, ErrorKind::MigrationFailed);
        EXPECT_NE(why.find("drop it yourself"), std::string::npos) << why;
        EXPECT_EQ(rows_of("north"), "1");
        return;
    }
    EXPECT_EQ(remove("north", true).objects, std::vector<std::string>{"table orders"});
    EXPECT_EQ(
        project().value(
            "select count(*) from information_schema.tables where table_schema = 'north'"
        ),
        "0"
    );
    EXPECT_EQ(rows_of("north"), "0");
    // A schema that has gone already is none to drop.
    project().execute(kind().drop_schema("south"));
    EXPECT_EQ(remove("south", true).schema, "");
    EXPECT_TRUE(project().open()->tenants().empty());
    project().create_tenant("north");
    EXPECT_EQ(orders("north"), "0");
}

TEST_P(RemoveTenantTest, LeavesAListThatIsSomebodyElses) {
    project().database.tenant_select = "select 'north' union all select 'south'";
    const auto why = refusal("north", false, ErrorKind::Configuration);
    EXPECT_NE(why.find("set tenantDelete"), std::string::npos) << why;
    EXPECT_EQ(rows_of("north"), "1");
    project().database.tenant_select = "select 'south'";
    EXPECT_EQ(remove("north").rows, 1U);
}

TEST_P(RemoveTenantTest, RunsTheStatementOfTheConfiguration) {
    const std::string table = own("customers");
    project().execute("create table " + table + " (name varchar(50))");
    project().execute("insert into " + table + " values ('north'), ('south'), ('west')");
    project().database.tenant_select = "select name from " + table + " order by name";
    project().database.tenant_delete = "delete from " + table + " where name <> " + parameter();
    for (const bool drop_schema : {false, !kind().schemas_are_files}) {
        const auto still = refusal("north", drop_schema, ErrorKind::MigrationFailed);
        EXPECT_NE(still.find("tenantSelect still gives tenant north"), std::string::npos) << still;
        EXPECT_EQ(project().value("select count(*) from " + table), "3");
        EXPECT_EQ(rows_of("north"), "1");
        EXPECT_EQ(orders("north"), "0") << "the schema is still there";
    }
    project().database.tenant_delete =
        "delete from " + table + " where name <> 'west' or name = " + parameter();
    const auto too_many = refusal("north", false, ErrorKind::MigrationFailed);
    EXPECT_NE(too_many.find("would remove south, too"), std::string::npos) << too_many;
    project().database.tenant_delete = "delete from " + table + " where name = " + parameter();
    EXPECT_EQ(remove("north").rows, 1U);
    EXPECT_EQ(project().value("select count(*) from " + table), "2");
}

MIGRATOR_ON_EVERY_DATABASE(RemoveTenantTest);

class DropSchemaTest : public RemoveTenantTest {};

TEST_P(DropSchemaTest, RefusesWhatWouldTakeObjectsOfOthersAlong) {
    project().execute("create view public.all_orders as select * from north.orders");
    const auto why = refusal("north", true, ErrorKind::MigrationFailed);
    EXPECT_NE(why.find("view all_orders"), std::string::npos) << why;
    EXPECT_NE(why.find("Nothing was removed"), std::string::npos) << why;
    EXPECT_EQ(orders("north"), "0");
    EXPECT_EQ(rows_of("north"), "1");
    project().execute("drop view public.all_orders");
    for (const char* of_its_own :
         {"create view north.v as select * from north.orders",
          "create table north.other (id integer primary key, o integer default 1 check (o > 0))",
          "create table north.child (id integer references north.other)",
          "create function north.f() returns trigger language plpgsql as 'begin return new; end'",
          "create trigger t before insert on north.orders for each row execute function north.f()",
          "create type north.e as enum ('a')",
          "create table north.typed (e north.e default 'a')"}) {
        project().execute(of_its_own);
    }
    project().execute("create table public.refers (id integer references north.other)");
    EXPECT_NE(
        refusal("north", true, ErrorKind::MigrationFailed).find("on table refers"),
        std::string::npos
    );
    project().execute("drop table public.refers");
    EXPECT_EQ(remove("north", true).schema, "north");
}

TEST_P(DropSchemaTest, RefusesSchemasOfOthers) {
    project().database.tenant_select = "select 'public' where false";
    for (const char* name : {"public", "catalog", "migrator"}) {
        project().execute(
            "insert into migrator.migrator_tenant_state (tenant, first_file, state) values ('" +
            std::string(name) + "', 'x', 'failed')"
        );
        const auto why = refusal(name, true, ErrorKind::MigrationFailed);
        EXPECT_NE(why.find("is not dropped"), std::string::npos) << why;
        EXPECT_TRUE(remove(name).has_state) << "the records can go";
    }
    EXPECT_EQ(
        project().value(
            "select count(*) from pg_namespace where nspname in ('public', 'catalog', 'migrator')"
        ),
        "3"
    );
}

MIGRATOR_ON_DATABASE(DropSchemaTest, "Postgresql");

}  // namespace
}  // namespace migrator::test
