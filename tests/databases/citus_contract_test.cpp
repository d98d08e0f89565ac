// The two rules for Citus, on a stand-in: a PostgreSQL that believes it has the extension.
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

/// Of each statement of DDL: which, whether new schemas were distributed, and the message.
constexpr std::string_view kWatch = R"sql(
create table public.seen (id serial, tag text, sharding text, message text);
create function public.look() returns event_trigger language plpgsql as $$
begin
    insert into public.seen (tag, sharding, message) values (
        tg_tag, current_setting('citus.enable_schema_based_sharding', true), current_query());
end $$;
create event trigger look on ddl_command_start execute function public.look();
)sql";

class Citus : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        believe();
        project().write(
            "stores/001_orders.sql",
            "create schema if not exists {schema};\n"
            "create table {schema}.orders (id integer); create index on {schema}.orders (id);\n"
            "create view {schema}.ids as select id from {schema}.orders;"
        );
    }
    void believe() {
        project().execute(
            "set allow_system_table_mods = on;"
            "insert into pg_extension (oid, extname, extowner, extnamespace, extrelocatable, "
            "extversion) select 99999, 'citus', 10, oid, false, '13.2' from pg_namespace "
            "where nspname = 'pg_catalog'"
        );
    }
    void distribute_schemas(const std::string& setting) {
        project().execute(
            "do $$ begin execute format('alter database %I set citus.enable_schema_based_sharding "
            "= " +
            setting + "', current_database()); end $$"
        );
        project().execute(std::string(kWatch));
    }
    std::string messages_with_two_statements() {
        return project().value(
            "select count(*) from public.seen where message ~ 'orders' and message ~ ';.*[a-z]'"
        );
    }
    std::string sharding_of(const std::string& schema) {
        return project().value(
            "select sharding from public.seen where tag = 'CREATE SCHEMA' and message like '%" +
            schema + "%'"
        );
    }
};

TEST_P(Citus, KeepsMigratorsOwnSchemaOnTheCoordinator) {
    distribute_schemas("on");
    project().create_tenant("north");
    EXPECT_EQ(sharding_of("migrator"), "off");
    EXPECT_EQ(sharding_of("north"), "on");
}

TEST_P(Citus, LeavesTheSettingAsItWas) {
    distribute_schemas("off");
    project().create_tenant("north");
    EXPECT_EQ(sharding_of("migrator"), "off");
    EXPECT_EQ(sharding_of("north"), "off");
}

TEST_P(Citus, SendsEachStatementOfAFileByItself) {
    distribute_schemas("on");
    project().create_tenant("north");
    EXPECT_EQ(
        project().value("select string_agg(tag, ', ' order by id) from public.seen where message ~ "
                        "'north.orders'"),
        "CREATE TABLE, CREATE INDEX, CREATE VIEW"
    );
    EXPECT_EQ(messages_with_two_statements(), "0");
}

TEST_P(Citus, IsFoundByTheNextRunOfAProcess) {
    project().execute(
        "set allow_system_table_mods = on; delete from pg_extension where extname = 'citus'"
    );
    const auto instance = project().open();
    instance->create_version({.tenant = "south"});
    believe();
    distribute_schemas("on");
    instance->create_version({.tenant = "north"});
    EXPECT_EQ(messages_with_two_statements(), "0");
}

MIGRATOR_ON_DATABASE(Citus, "Postgresql");

}  // namespace
}  // namespace migrator::test
