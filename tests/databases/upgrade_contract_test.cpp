// Databases that the Go program made are read, upgraded and continued.
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

constexpr const char* kV4Tables =
    "create schema migrator; create table migrator.migrator_migrations (id serial primary key, "
    "name varchar(200) not null, source_dir varchar(200) not null, filename varchar(200) not "
    "null, type int not null, db_schema varchar(200) not null, created timestamp default now(), "
    "contents text, checksum varchar(64)); create table migrator.migrator_tenants (id serial "
    "primary key, name varchar(200) not null, created timestamp default now()); insert into "
    "migrator.migrator_tenants (name) values ('north')";

// v2020.1.0 and later: the versions, and an index with the wrong table's name.
constexpr const char* kVersionTables =
    "create table migrator.migrator_versions (id serial primary key, name varchar(200) not null, "
    "created timestamp with time zone default now()); alter table migrator.migrator_migrations "
    "add column version_id integer; create index migrator_versions_version_id_idx on "
    "migrator.migrator_migrations (version_id); insert into migrator.migrator_versions (name) "
    "values ('by go'); update migrator.migrator_migrations set version_id = 1; alter table "
    "migrator.migrator_migrations alter column version_id set not null; alter table "
    "migrator.migrator_migrations add constraint migrator_versions_version_id_fk foreign key "
    "(version_id) references migrator.migrator_versions (id) on delete cascade";

class Upgrade : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        const auto file = project().write("catalog/001_schema.sql", "create schema {schema};");
        project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
        project().execute(kV4Tables);
        project().execute(
            "insert into migrator.migrator_migrations (name, source_dir, filename, type, "
            "db_schema, "
            "created, contents, checksum) select '001_schema.sql', 'catalog', '" +
            file +
            "', 1, 'catalog', '2020-01-02 03:04:05', 'create schema {schema};', "
            "encode(sha256('create schema {schema};'), 'hex')"
        );
        project().execute("create schema catalog; create schema north");
    }
};

TEST_P(Upgrade, ReadsAV4DatabaseAsItIs) {
    const auto status = project().open()->inspection().status();
    EXPECT_EQ(status.tenants, std::vector<std::string>{"north"});
    EXPECT_EQ(status.pending.files.size(), 1U);
    EXPECT_EQ(project().rows().size(), 1U);
    EXPECT_EQ(project().value("select to_regclass('migrator.migrator_versions')::text"), "");
}

TEST_P(Upgrade, ReadsRowsOfV4WithoutAVersion) {
    const auto connector = project().open().connector;
    const auto count = [&](const db::RowsWanted& wanted) {
        int rows = 0;
        const auto found = connector->applied_migrations(wanted);
        for (AppliedMigration row; found->next(row); ++rows) {
            EXPECT_EQ(row.id, 1);
            EXPECT_EQ(row.version_id, 0);
        }
        return rows;
    };
    EXPECT_EQ(count({}), 1);
    EXPECT_EQ(count({.columns = {}, .order = db::RowsWanted::Order::NameDirectoryId}), 1);
    EXPECT_EQ(count({.version_id = 1}), 0);
    EXPECT_EQ(count({.id = 1}), 1);
    EXPECT_TRUE(connector->versions({.file = "a"}).empty());
    EXPECT_EQ(connector->run_records().insert({.id = "a"}), db::RunRecords::Insertion::NoTable);
}

TEST_P(Upgrade, GivesOldRowsAnInitialVersionAndGoesOn) {
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.summary.version_id, 2);
    const auto versions = project().open()->versions({});
    ASSERT_EQ(versions.size(), 2U);
    EXPECT_EQ(versions[1].id, 1);
    EXPECT_EQ(versions[1].name, "Initial version");
    EXPECT_EQ(
        project().value("select id || ' ' || version_id || ' ' || created from "
                        "migrator.migrator_migrations where name = '001_schema.sql'"),
        "1 1 2020-01-02 03:04:05"
    );
    EXPECT_EQ(
        project().value("select version_id from migrator.migrator_migrations where name = "
                        "'002_a.sql'"),
        "2"
    );
    EXPECT_EQ(
        project().value("select attnotnull from pg_attribute where attrelid = "
                        "'migrator.migrator_migrations'::regclass and attname = 'version_id'"),
        "t"
    );
}

TEST_P(Upgrade, RecordsWhoUpgrades) {
    const coordinator::Asker ann{
        .principal = Principal{.name = "ann", .proof = "token", .role = Role::Apply}};
    {
        const auto instance = project().open();
        instance->audit().refused(ann, {.operation = "forget"}, "needs admin");
        EXPECT_TRUE(instance->audit().page(10, 0).rows.empty());
        EXPECT_TRUE(instance->audit().creators().empty());
        EXPECT_EQ(project().value("select to_regclass('migrator.migrator_audit')::text"), "");
    }
    project().apply({.asker = ann});
    const auto instance = project().open();
    EXPECT_EQ(instance->audit().creators(), (std::map<std::int64_t, std::string>{{2, "ann"}}));
    EXPECT_TRUE(instance->audit().check(0, "").fits());
}

TEST_P(Upgrade, MakesNoInitialVersionForAnEmptyTable) {
    project().execute("delete from migrator.migrator_migrations; drop schema catalog");
    EXPECT_EQ(project().apply().summary.version_id, 1);
    EXPECT_EQ(project().open()->versions({}).size(), 1U);
}

TEST_P(Upgrade, ContinuesADatabaseOfTheGoProgramAndLetsItGoOn) {
    project().execute(kVersionTables);
    EXPECT_EQ(project().apply().summary.version_id, 2);
    // What the Go program inserts afterwards.
    project().execute(
        "with v as (insert into migrator.migrator_versions (name) values ('by go again') returning "
        "id) insert into migrator.migrator_migrations (name, source_dir, filename, type, "
        "db_schema, contents, checksum, version_id) select 'x', 'x', 'x', 1, 'x', '', '', id from v"
    );
    EXPECT_EQ(project().open()->versions({}).front().id, 3);
    EXPECT_EQ(project().apply().summary.version_id, 0);
}

TEST_P(Upgrade, WritesTheRowsThatTheGoProgramWouldHaveWritten) {
    project().execute(kVersionTables);
    project().apply();
    EXPECT_EQ(
        project().value(
            "select concat_ws('|', name, right(source_dir, 7), right(filename, 17), type, "
            "db_schema, contents, checksum = encode(sha256(contents::bytea), 'hex'), "
            "abs(extract(epoch from created - timezone('utc', now()))) < 60) from "
            "migrator.migrator_migrations where name = '002_a.sql'"
        ),
        "002_a.sql|/stores|/stores/002_a.sql|2|north|create table {schema}.a (x integer);|t|t"
    );
}

MIGRATOR_ON_DATABASE(Upgrade, "Postgresql");

}  // namespace
}  // namespace migrator::test
