// atomicity: file. Each file and schema has a transaction of its own, with its row.
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

class FileAtomicity : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().database.atomicity = db::Atomicity::File;
        project().database.max_failures = {.value = 5};
        project().write("catalog/001_schema.sql", "create schema {schema};");
        for (const char* tenant : {"north", "south", "west"}) project().create_tenant(tenant);
    }
    std::string value(const std::string& sql) { return project().value(sql); }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
    void write_enum() {
        project().write("catalog/002_type.sql", "create type {schema}.mood as enum ('fine');");
        project().write(
            "catalog/003_table.sql",
            "create table {schema}.t (m {schema}.mood);\n"
            "alter type {schema}.mood add value 'glad';"
        );
        project().write("catalog/004_row.sql", "insert into {schema}.t values ('glad');");
    }
    void write_deferred() {
        project().write(
            "stores/010_keys.sql",
            "create table {schema}.a (i int primary key);\ncreate table {schema}.b (i int "
            "references "
            "{schema}.a deferrable initially deferred);"
        );
        project().write(
            "stores/011_rows.sql",
            "insert into {schema}.a values (1);\n"
            "insert into {schema}.b values (1);"
        );
        project().write("stores/012_column.sql", "alter table {schema}.b add column j int;");
    }
};

TEST_P(FileAtomicity, AppliesWhatNeedsTheCommitOfAnEarlierFile) {
    write_enum();
    write_deferred();
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 9);
    EXPECT_EQ(value("select m::text from catalog.t"), "glad");
    EXPECT_EQ(value("select count(j) || '/' || count(*) from west.b"), "0/1");
    EXPECT_EQ(project().apply().files.size(), 0U);
}

TEST_P(FileAtomicity, IsNamedWhereOneTransactionIsTooLarge) {
    write_deferred();
    project().database.atomicity = db::Atomicity::Version;
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "012_column.sql failed")) << text;
    EXPECT_TRUE(has(text, "set atomicity: file")) << text;
}

TEST_P(FileAtomicity, KeepsWhatWasDoneBeforeAFileFails) {
    project().write("stores/010_a.sql", "create table {schema}.a (i int);");
    project().write(
        "stores/011_b.sql", "create table {schema}.b (i int);\ninsert into {schema}.c values (1);"
    );
    for (const char* tenant : {"north", "west"}) {
        project().execute("create table " + std::string(tenant) + ".c (i int)");
    }
    const auto outcome = project().apply();
    ASSERT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.failures[0].tenant, "south");
    EXPECT_TRUE(has(outcome.failures[0].file, "011_b.sql"));
    EXPECT_EQ(value("select to_regclass('south.a') is not null"), "t");
    EXPECT_EQ(value("select to_regclass('south.b') is null"), "t");
    const auto report = project().open()->inspection().status();
    ASSERT_EQ(report.unfinished.size(), 1U);
    EXPECT_EQ(report.unfinished[0].state, "failed");
    project().execute("create table south.c (i int)");
    const auto next = project().apply();
    ASSERT_EQ(next.files.size(), 1U);
    EXPECT_EQ(next.summary.tenant_migrations_total, 1);
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(FileAtomicity, NamesTheFileWhoseCommitFails) {
    write_deferred();
    project().write("stores/013_orphan.sql", "insert into {schema}.b values (7);");
    const auto outcome = project().apply();
    ASSERT_EQ(outcome.failures.size(), 3U);
    EXPECT_TRUE(has(outcome.failures[0].file, "013_orphan.sql")) << outcome.failures[0].message;
    EXPECT_EQ(outcome.failures[0].sqlstate, "23503");
    EXPECT_EQ(value("select count(*) from north.b"), "1");
    EXPECT_EQ(
        value("select count(*) from migrator.migrator_migrations where name = '013_orphan.sql'"),
        "0"
    );
}

TEST_P(FileAtomicity, StopsAtASingleSchemasFileThatFailsAndGoesOnThere) {
    write_enum();
    project().write("catalog/005_bad.sql", "insert into {schema}.t values ('sad');");
    project().write("stores/010_a.sql", "create table {schema}.a (i int);");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "005_bad.sql failed")) << text;
    EXPECT_EQ(value("select count(*) from catalog.t"), "1");
    project().write("catalog/005_bad.sql", "insert into {schema}.t values ('fine');");
    EXPECT_EQ(project().apply().files.size(), 2U);
    EXPECT_EQ(value("select count(*) from catalog.t"), "2");
}

TEST_P(FileAtomicity, LetsAFileHaveWhatLastsForItsTransaction) {
    project().write("catalog/002_lock.sql", "select pg_advisory_xact_lock(7);");
    project().write("catalog/003_deferred.sql", "set constraints all deferred;");
    project().write("stores/010_a.sql", "create table {schema}.a (i int);");
    EXPECT_EQ(project().apply().files.size(), 4U);
    project().write("catalog/004_lock.sql", "select pg_advisory_xact_lock(7);");
    project().write("catalog/005_b.sql", "create table {schema}.b (i int);");
    project().database.atomicity = db::Atomicity::Version;
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "with atomicity: file")) << text;
    EXPECT_TRUE(has(text, "Nothing was run")) << text;
}

TEST_P(FileAtomicity, SaysThatADryRunIsOneTransaction) {
    project().write("stores/010_a.sql", "create table {schema}.a (i int);");
    const auto outcome = project().apply({.dry_run = true});
    ASSERT_EQ(outcome.notes.size(), 1U);
    EXPECT_TRUE(has(outcome.notes[0], "a dry run is one transaction")) << outcome.notes[0];
    EXPECT_EQ(value("select to_regclass('north.a') is null"), "t");
}

MIGRATOR_ON_DATABASE(FileAtomicity, "Postgresql");

}  // namespace
}  // namespace migrator::test
