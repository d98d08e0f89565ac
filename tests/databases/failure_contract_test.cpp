// What a failure says and leaves behind, on every database.
#include "core/error.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {
namespace {

class Failure : public ProjectTest {
protected:
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
};

TEST_P(Failure, NamesFileSchemaStatementAndLine) {
    project().write("catalog/001_schema.sql", "create schema {schema};");
    project().write("catalog/002_good.sql", "create table {schema}.a (x integer);");
    const auto file = project().write(
        "catalog/003_bad.sql",
        "insert into {schema}.a values (1);\n-- über die Straße\n\ninsert into {schema}.nowhere\n "
        " values (1);\n"
    );
    project().write("catalog/004_after.sql", "create table {schema}.b (x integer);");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(text.starts_with("SQL migration " + file + " failed with error: ")) << text;
    EXPECT_TRUE(has(text, "schema catalog, statement 2, line 4")) << text;
    // What was committed before stays where each file is.
    const std::size_t kept = kind().commits_each_file ? 2 : 0;
    EXPECT_EQ(project().rows().size(), kept);
    EXPECT_EQ(project().open()->versions({}).size(), kept / 2);
    const auto unfinished = project().open()->inspection().status().unfinished;
    ASSERT_EQ(unfinished.size(), kept / 2);
    if (unfinished.empty()) return;
    EXPECT_EQ(unfinished[0].state, "failed");
    EXPECT_EQ(unfinished[0].file, file);
    EXPECT_EQ(unfinished[0].statement, 0) << "the first statement was rolled back";
}

TEST_P(Failure, OfATenantNamesTheTenant) {
    project().write("stores/001_a.sql", "create table {schema}.a (x integer);");
    project().create_tenant("north");
    project().create_tenant("south");
    // The second table has the name of the first for one tenant alone.
    project().write(
        "stores/002_same.sql",
        "create table {schema}.{schema}_only (x integer);\n"
        "create table {schema}.south_only (x integer);"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "schema south, statement 2, line 2")) << text;
    EXPECT_EQ(project().rows().size(), kind().commits_each_file ? 3U : 2U);
}

TEST_P(Failure, IsMendedByTheNextRun) {
    write_shop();
    project().create_tenant("north");
    project().create_tenant("south");
    project().write("stores/006_bad.sql", "create table {schema}.c (x integer);\nselect nowhere;");
    project().write("catalog/007_late.sql", "create table {schema}.late (x integer);");
    EXPECT_TRUE(has(project().failure_of_apply(), "006_bad.sql"));
    project().write("stores/006_bad.sql", "create table if not exists {schema}.c (x integer);");
    project().apply();
    EXPECT_EQ(project().value("select count(*) from catalog.late", "catalog"), "0");
    EXPECT_EQ(project().value("select count(*) from south.c", "south"), "0");
    const auto status = project().open()->inspection().status();
    EXPECT_TRUE(status.unfinished.empty());
    for (const auto& file : status.pending.files) EXPECT_TRUE(is_script(file.migration->type));
}

TEST_P(Failure, OfTransactionControlComesBeforeAnythingRuns) {
    if (kind().commits_each_file) return;  // it ends nothing of ours there
    const struct {
        const char* name;
        std::string text;
        const char* expected;
    } cases[] = {
        {"commit", "create table {schema}.a (x integer);\ncommit;", "\"commit\" in line 2"},
        {"rollback", "rollback;", "\"rollback\" in line 1"},
        {"savepoint", "select 1;\n\nsavepoint s;", "\"savepoint s\" in line 3"},
        {"two blocks", "begin; select 1; commit; begin; select 2; commit;", "in line 1"},
    };
    project().write("catalog/001_schema.sql", "create schema {schema};");
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const auto file = project().write("catalog/002_control.sql", c.text);
        const std::string text = project().failure_of_apply();
        EXPECT_TRUE(has(text, "SQL migration " + file + " failed with error: ")) << text;
        EXPECT_TRUE(has(text, c.expected)) << text;
        EXPECT_TRUE(has(text, "-- migrator:no-transaction")) << text;
        EXPECT_TRUE(project().rows().empty());
    }
}

TEST_P(Failure, OfAStatementThatRefusesATransactionSaysHowToMarkTheFile) {
    const std::string statement = kind().refuses_transaction;
    if (statement.empty()) return;  // nothing does here
    project().write("catalog/001_vacuum.sql", statement + ";");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "\"" + statement + "\" in line 1 cannot run inside a transaction"))
        << text;
    EXPECT_TRUE(has(text, "noTransaction: [\"001_vacuum.sql\"]")) << text;
}

TEST_P(Failure, OfANameThatIsTooLongComesBeforeAnythingRuns) {
    project().write("catalog/001_schema.sql", "create schema {schema};");
    project().write("catalog/002_" + std::string(195, 'x') + ".sql", "select 1;");
    EXPECT_TRUE(has(project().failure_of_apply(), "the limit is 200"));
    EXPECT_TRUE(project().rows().empty());
}

TEST_P(Failure, OfAPsqlCommandNamesItsLine) {
    project().write("catalog/001_psql.sql", "create schema {schema};\n\\connect other\n");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, kind().schemas_are_files ? "unrecognized token" : "\\connect")) << text;
    EXPECT_TRUE(has(text, "line 2")) << text;
}

TEST_P(Failure, InAMarkedFileKeepsWhatRanAndSaysSo) {
    project().write("catalog/001_schema.sql", "create schema {schema};");
    project().write("catalog/002_table.sql", "create table {schema}.a (x integer);");
    project().write(
        "catalog/003_marked.sql",
        "-- migrator:no-transaction\ninsert into {schema}.a values (1);\ninsert into "
        "{schema}.nowhere values (1);\n"
    );
    project().write("catalog/004_after.sql", "create table {schema}.b (x integer);");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "003_marked.sql failed with error")) << text;
    EXPECT_TRUE(has(text, "the file executed 1 statement, whose changes stay")) << text;
    EXPECT_EQ(project().rows().size(), 2U);
    EXPECT_EQ(project().value("select count(*) from catalog.a", "catalog"), "1");
    const auto status = project().open()->inspection().status();
    ASSERT_EQ(status.unfinished.size(), 1U);
    EXPECT_EQ(status.unfinished[0].state, "failed");
    EXPECT_EQ(status.unfinished[0].statement, 1);
    EXPECT_EQ(status.pending.files.size(), 2U);

    project().write("catalog/003_marked.sql", "-- migrator:no-transaction\nselect 1;");
    project().apply();
    EXPECT_EQ(project().rows().size(), 4U);
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

MIGRATOR_ON_EVERY_DATABASE(Failure);

}  // namespace
}  // namespace migrator::test
