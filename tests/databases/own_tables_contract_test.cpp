// Files can't change migrator's own tables, whatever code they do it with.
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

class OwnTables : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().write("catalog/001_schema.sql", "create schema {schema};");
        project().write("catalog/002_table.sql", "create table {schema}.t (v varchar(100));");
        project().apply();
        if (kind().schemas_are_files) prefix_ = "main.";
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
    /// A statement with `@` for the prefix of migrator's tables.
    std::string written(std::string text) const {
        for (auto at = text.find('@'); at != std::string::npos; at = text.find('@')) {
            text.replace(at, 1, prefix_);
        }
        return text;
    }
    /// What is said of a file that comes next; it is taken away again.
    std::string said_of(const std::string& text) {
        project().write("catalog/900_next.sql", written(text));
        std::string said = project().failure_of_apply();
        project().remove("catalog/900_next.sql");
        return said;
    }
    std::string tenants() {
        return project().value("select count(*) from " + own("migrator_tenants"));
    }

    std::string prefix_ = "migrator.";
};

TEST_P(OwnTables, AreNotChangedByAStatementThatNamesThem) {
    for (const char* statement :
         {"insert into @migrator_tenants (name) values ('x')",
          "update @migrator_migrations set checksum = 'x'",
          "delete from @migrator_versions",
          "drop table @migrator_lock",
          "alter table @migrator_runs add column x int",
          "with x as (select 1) delete from @migrator_tenant_state"}) {
        SCOPED_TRACE(statement);
        for (const char* before : {"", "select 1;\n\n", "-- migrator:no-transaction\n"}) {
            const std::string said = said_of(before + std::string(statement) + ";");
            EXPECT_TRUE(has(said, "900_next.sql failed with error: ")) << said;
            EXPECT_TRUE(has(said, "migrator's own tables")) << said;
            EXPECT_TRUE(has(said, "create-tenant")) << said;
            EXPECT_TRUE(has(said, "Nothing was run")) << said;
            EXPECT_TRUE(
                has(said,
                    *before == 's'   ? "in line 3"
                    : *before == '-' ? "in line 2"
                                     : "in line 1")
            );
        }
    }
    EXPECT_EQ(project().rows().size(), 2U);
    EXPECT_EQ(tenants(), "0");
}

TEST_P(OwnTables, CanBeReadAndReferredTo) {
    project().create_tenant("north");
    project().write(
        "catalog/003_read.sql",
        written("insert into {schema}.t select name from @migrator_tenants;\n"
                "update {schema}.t set v = (select max(filename) from @migrator_migrations);\n"
                "-- insert into migrator.migrator_tenants\n")
    );
    project().apply();
    EXPECT_NE(project().value("select v from catalog.t", "catalog"), "");
}

MIGRATOR_ON_EVERY_DATABASE(OwnTables);

class OwnTablesOnPostgresql : public OwnTables {};

TEST_P(OwnTablesOnPostgresql, AreNotChangedByCodeThatTheTextDoesNotShow) {
    const char* const made = "'mig' || 'rator.mig' || 'rator_tenants";
    const std::string insert =
        std::string("execute 'insert into ' || ") + made + " (name) values (1)'";
    const std::string cases[] = {
        "do $$ begin " + insert + "; end $$",
        "set search_path = 'migrator'; insert into migrator_tenants (name) values ('x')",
        "set role none; do $$ begin begin " + insert + "; " + insert + "; end; end $$",
        std::string("do $$ begin execute 'drop table ' || ") + made + " cascade'; end $$",
        std::string("do $$ begin execute 'truncate ' || ") + made + "'; end $$",
        std::string("do $$ begin execute 'alter table ' || ") + made + " rename to x'; end $$",
        std::string("do $$ begin execute 'create trigger g after insert on ' || ") + made +
            " execute function {schema}.g()'; end $$",
        "insert into {schema}.fires values ('x')",
        "insert into {schema}.ruled values ('x')",
        "select {schema}.writes()",
    };
    project().execute(
        "create function catalog.writes() returns int language sql as $$ insert into "
        "migrator.migrator_tenants (name) values ('x') returning 1 $$;"
        "create function catalog.g() returns trigger language plpgsql as $$ begin insert into "
        "migrator.migrator_tenants (name) values ('x'); return new; end $$;"
        "create table catalog.fires (v text);"
        "create trigger g after insert on catalog.fires for each row execute function catalog.g();"
        "create table catalog.ruled (v text);"
        "create rule r as on insert to catalog.ruled do also insert into migrator.migrator_tenants "
        "(name) values ('x')"
    );
    for (const std::string& text : cases) {
        SCOPED_TRACE(text);
        // Alone, behind others, in a transaction of their own, in one for each tenant.
        const std::string alone = said_of(text + ";");
        EXPECT_TRUE(has(alone, "900_next.sql failed with error: ")) << alone;
        EXPECT_TRUE(has(alone, "migrator's own tables")) << alone;
        project().write("catalog/800_before.sql", "select 1;");
        project().write("catalog/950_after.sql", "insert into {schema}.t values ('after');");
        const std::string among = said_of(text + ";");
        EXPECT_TRUE(has(among, "migrator's own tables")) << among;
        project().database.atomicity = db::Atomicity::File;
        const std::string in_turn = said_of(text + ";");
        EXPECT_TRUE(has(in_turn, "migrator's own tables")) << in_turn;
        EXPECT_TRUE(has(in_turn, "900_next.sql")) << in_turn;
        project().database.atomicity.reset();
        project().database.session_state = db::SessionState::Keep;
        EXPECT_TRUE(has(said_of(text + ";"), "migrator's own tables"));
        project().database.session_state = db::SessionState::Reset;
        project().remove("catalog/800_before.sql");
        project().remove("catalog/950_after.sql");
        EXPECT_EQ(tenants(), "0");
    }
}

class OwnTablesWithTenantSelect : public ProjectTest {};

/// The table of tenants is not made then, and its absence is not a file's doing.
TEST_P(OwnTablesWithTenantSelect, AreNotChangedByCodeThatDoesNotNameThem) {
    project().database.tenant_select = "select 'north' union all select 'south'";
    project().write(
        "stores/001_table.sql", "create schema {schema}; create table {schema}.t (v text);"
    );
    project().write(
        "stores/002_code.sql",
        "create function {schema}.g() returns trigger language plpgsql as $$ begin return new; end "
        "$$;\ncreate trigger g before insert on {schema}.t for each row execute function "
        "{schema}.g();\ndo $$ begin execute 'select 1'; end $$;"
    );
    project().apply();
    project().database.atomicity = db::Atomicity::Tenant;
    project().write("stores/003_fires.sql", "insert into {schema}.t values ('x');");
    project().apply();
    EXPECT_EQ(project().value("select count(*) from south.t", "south"), "1");
    project().database.atomicity.reset();
    project().write(
        "stores/004_drops.sql",
        "do $$ begin execute 'drop table if exists mig' || 'rator.migrator_runs'; end $$;"
    );
    const std::string said = project().failure_of_apply();
    EXPECT_NE(said.find("migrator's own tables"), std::string::npos) << said;
}

MIGRATOR_ON_DATABASE(OwnTablesWithTenantSelect, "Postgresql");

TEST_P(OwnTablesOnPostgresql, AreNotChangedWhileATenantIsMade) {
    project().write(
        "stores/003_more.sql",
        "do $$ begin execute 'insert into mig' || 'rator.migrator_tenants (name) values (1)'; end "
        "$$;"
    );
    EXPECT_THROW(project().create_tenant("north"), Error);
    EXPECT_EQ(tenants(), "0");
    project().write("stores/003_more.sql", "do $$ begin perform 1; end $$;");
    project().create_tenant("north");
    EXPECT_EQ(tenants(), "1");
}

TEST_P(OwnTablesOnPostgresql, LetCodeThatOnlyReadsThemPass) {
    project().create_tenant("north");
    project().write(
        "catalog/003_read.sql",
        "create table {schema}.r (id int references migrator.migrator_tenants (id));"
        "create view {schema}.v as select * from migrator.migrator_tenants;"
        "do $$ declare n text; begin select name into n from migrator.migrator_tenants for update; "
        "execute 'insert into catalog.t values ($1)' using n; "
        "begin insert into migrator.migrator_tenants (id, name) values (1, 'x'); exception when "
        "others then null; end; end $$; analyze migrator.migrator_tenants;"
    );
    const std::string said = project().failure_of_apply();
    EXPECT_TRUE(has(said, "in line 1")) << "the block tries to: " << said;
    project().write(
        "catalog/003_read.sql",
        "create table {schema}.r (id int references migrator.migrator_tenants (id));"
        "create view {schema}.v as select * from migrator.migrator_tenants;"
        "do $$ declare n text; begin select name into n from migrator.migrator_tenants for update; "
        "execute 'insert into catalog.t values ($1)' using n; end $$; "
        "analyze migrator.migrator_tenants;"
    );
    project().apply();
    EXPECT_EQ(project().value("select v from catalog.t"), "north");
}

MIGRATOR_ON_DATABASE(OwnTablesOnPostgresql, "Postgresql");

}  // namespace
}  // namespace migrator::test
