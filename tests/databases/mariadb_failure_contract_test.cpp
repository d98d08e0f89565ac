// What stays where DDL commits, what the metadata say of it, and how the next run goes on.
#include "core/error.hpp"
#include "databases/mariadb_test.hpp"

namespace migrator::test {
namespace {

class MariadbFailure : public MariadbTest {
protected:
    MariadbFailure() : MariadbTest("id int primary key, n int") {}

    std::string notes() {
        return project().value(
            "select coalesce(group_concat(concat(id, '=', n) order by id), '') from catalog.notes"
        );
    }
    std::string has_table(const std::string& name) {
        return project().value(
            "select count(*) from information_schema.tables where table_schema = 'catalog' and "
            "table_name = '" +
            name + "'"
        );
    }
    void expect_recorded(const std::string& file, bool recorded) {
        EXPECT_EQ(
            project().value(
                "select count(*) from migrator.migrator_migrations where name = '" + file + "'"
            ),
            recorded ? "1" : "0"
        );
    }
};

TEST_P(MariadbFailure, OfAFileWithoutDdlLeavesNothing) {
    project().write(
        "catalog/002_dml.sql",
        "insert into {schema}.notes values (1, 1);\nupdate {schema}.notes set n = 2;\n\n"
        "insert into {schema}.notes values (1, 3);\n"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "002_dml.sql failed with error: Error 1062: ")) << text;
    EXPECT_TRUE(has(text, "schema catalog, statement 3, line 4")) << text;
    EXPECT_FALSE(has(text, "of the file are committed")) << text;
    EXPECT_EQ(notes(), "");
    const TenantState state = unfinished();
    EXPECT_EQ(state.state, "failed");
    EXPECT_EQ(state.statement, 0);
    EXPECT_EQ(state.sqlstate, "23000");
    expect_recorded("002_dml.sql", false);
}

TEST_P(MariadbFailure, OfAWrappedFileWithoutDdlLeavesNothing) {
    project().write(
        "catalog/002_wrapped.sql",
        "begin;\ninsert into {schema}.notes values (1, 1);\n"
        "insert into {schema}.notes values (1, 3);\ncommit;\n"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "schema catalog, statement 3, line 3")) << text;
    EXPECT_FALSE(has(text, "of the file are committed")) << text;
    EXPECT_EQ(notes(), "");
    EXPECT_EQ(unfinished().statement, 0);
}

TEST_P(MariadbFailure, KeepsWhatTheLastDdlCommitted) {
    project().write(
        "catalog/002_mixed.sql",
        "create table {schema}.a (x int);\ninsert into {schema}.notes values (1, 1);\n"
        "insert into {schema}.notes values (1, 2);\n"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "statement 3, line 3")) << text;
    EXPECT_TRUE(has(text, "statements 1 to 1 of the file are committed")) << text;
    EXPECT_TRUE(has(text, "--resume-at-statement")) << text;
    EXPECT_EQ(notes(), "");
    EXPECT_EQ(has_table("a"), "1");
    const TenantState state = unfinished();
    EXPECT_EQ(state.statement, 1);
    EXPECT_TRUE(has(state.file, "002_mixed.sql"));
    EXPECT_TRUE(has(state.message, "Error 1062")) << state.message;
    expect_recorded("002_mixed.sql", false);
}

/// A statement that can't be parsed commits nothing; one that fails when it runs has committed
/// what came before it.
TEST_P(MariadbFailure, TellsWhetherTheDdlThatFailedHasCommitted) {
    const struct {
        const char* name;
        const char* ddl;
        const char* notes;
        int kept;
    } cases[] = {
        {"not parsed", "creat table {schema}.b (x int)", "", 1},
        {"failed when it ran", "create table {schema}.notes (x int)", "1=1", 2},
        {"unknown table", "alter table {schema}.nowhere add column x int", "1=1", 2},
        {"duplicate key", "create unique index i on {schema}.notes (n); select 1", "1=1,2=1", 3},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        std::string insert = "insert into {schema}.notes values (1, 1);\n";
        if (c.kept == 3) insert += "insert into {schema}.notes values (2, 1);\n";
        project().write(
            "catalog/002_ddl.sql",
            "create or replace table {schema}.a (x int);\n" + insert + c.ddl + ";\n"
        );
        project().failure_of_apply();
        EXPECT_EQ(notes(), c.notes);
        EXPECT_EQ(unfinished().statement, c.kept);
        project().execute("delete from catalog.notes");
    }
}

TEST_P(MariadbFailure, KeepsTheFilesBeforeAndRunsTheRestNext) {
    project().write("catalog/002_a.sql", "create table {schema}.a (x int);");
    project().write("catalog/003_bad.sql", "create table {schema}.a (x int);");
    project().write("catalog/004_c.sql", "create table {schema}.c (x int);");
    project().failure_of_apply();
    expect_recorded("002_a.sql", true);
    expect_recorded("003_bad.sql", false);
    expect_recorded("004_c.sql", false);
    EXPECT_EQ(has_table("c"), "0");
    project().write("catalog/003_bad.sql", "create table {schema}.b (x int);");
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.files.size(), 2U);
    EXPECT_EQ(has_table("b") + has_table("c"), "11");
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(MariadbFailure, NextRunBeginsWithTheFirstStatement) {
    project().write(
        "catalog/002_again.sql",
        "create table if not exists {schema}.a (x int);\ninsert into {schema}.a values (1);\n"
        "create table {schema}.notes (x int);\ninsert into {schema}.a values (2);\n"
    );
    project().failure_of_apply();
    EXPECT_EQ(project().value("select count(*) from catalog.a"), "1");
    project().execute("rename table catalog.notes to catalog.old_notes");
    project().apply();
    EXPECT_EQ(project().value("select count(*) from catalog.a"), "3");
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
    expect_recorded("002_again.sql", true);
}

TEST_P(MariadbFailure, NextRunGoesOnBehindWhatIsKnownWhenAsked) {
    project().write(
        "catalog/002_resume.sql",
        "create table {schema}.a (x int);\ninsert into {schema}.a values (1);\n"
        "create table {schema}.notes (x int);\ninsert into {schema}.a values (2);\n"
    );
    EXPECT_TRUE(has(project().failure_of_apply(), "statements 1 to 2 of the file"));
    EXPECT_TRUE(has(project().failure_of_apply(), "statement 1, line 1"))
        << "without being asked it begins with the first statement";
    EXPECT_EQ(unfinished().statement, 2) << "what was known before is still true";
    project().execute("rename table catalog.notes to catalog.old_notes");
    const auto outcome = project().apply({.version_name = "second", .resume_at_statement = 0});
    ASSERT_EQ(outcome.notes.size(), 1U);
    EXPECT_TRUE(has(outcome.notes[0], "resumes at statement 3")) << outcome.notes[0];
    EXPECT_EQ(project().value("select group_concat(x order by x) from catalog.a"), "1,2");
    expect_recorded("002_resume.sql", true);
}

TEST_P(MariadbFailure, NextRunGoesOnAtTheStatementThatIsAskedFor) {
    project().write(
        "catalog/002_resume.sql",
        "create table {schema}.a (x int);\ninsert into {schema}.a values (1);\n"
        "create table {schema}.notes (x int);\ninsert into {schema}.a values (2);\n"
    );
    project().failure_of_apply();
    const auto outcome = project().apply({.version_name = "second", .resume_at_statement = 4});
    EXPECT_TRUE(has(outcome.notes.at(0), "resumes at statement 4")) << outcome.notes[0];
    EXPECT_EQ(project().value("select group_concat(x order by x) from catalog.a"), "1,2");
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(MariadbFailure, ResumedRunThatFailsAgainKnowsHowFarItCame) {
    project().write(
        "catalog/002_resume.sql",
        "create table {schema}.a (x int);\ncreate table {schema}.notes (x int);\n"
        "create table {schema}.b (x int);\ncreate table {schema}.b (x int);\n"
    );
    project().failure_of_apply();
    EXPECT_EQ(unfinished().statement, 1);
    project().execute("rename table catalog.notes to catalog.old_notes");
    try {
        project().apply({.version_name = "second", .resume_at_statement = 0});
        ADD_FAILURE() << "no error";
    } catch (const Error& error) {
        EXPECT_TRUE(has(error.what(), "statement 4, line 4")) << error.what();
        EXPECT_TRUE(has(error.what(), "statements 1 to 3 of the file")) << error.what();
    }
    EXPECT_EQ(unfinished().statement, 3);
}

TEST_P(MariadbFailure, OfOneTenantKeepsTheOthersFilesAndItsOwnBefore) {
    project().create_tenant("north");
    project().create_tenant("south");
    project().write("stores/002_a.sql", "create table {schema}.a (x int);");
    project().write("stores/003_b.sql", "create table {schema}.b (x int);");
    project().execute("create table south.a (x int)");
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "002_a.sql failed with error")) << text;
    EXPECT_TRUE(has(text, "schema south")) << text;
    const auto rows = project().rows();
    EXPECT_EQ(rows.back(), "002_a.sql/north");
    project().execute("drop table south.a");
    project().apply();
    EXPECT_EQ(
        project().value("select count(*) from migrator.migrator_migrations where type = 2"), "4"
    );
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(MariadbFailure, OfTheFirstFileLeavesNoVersionWithoutRows) {
    project().write("catalog/002_bad.sql", "create table {schema}.a (x int);\nselect nowhere;");
    project().failure_of_apply();
    EXPECT_EQ(
        project().value("select count(*) from migrator.migrator_versions v where not exists "
                        "(select 1 from migrator.migrator_migrations m where m.version_id = v.id)"),
        "0"
    );
}

TEST_P(MariadbFailure, NamesTheLineOfASyntaxErrorInALongStatement) {
    project().write(
        "catalog/002_long.sql",
        "do 1;\n\n-- a comment\ncreate table {schema}.a (\n    x int,\n    y int,,\n);\ndo 2;\n"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "statement 2, line 6")) << text;
}

TEST_P(MariadbFailure, IsFoundBeforeAnythingRuns) {
    const struct {
        const char* name;
        const char* text;
        const char* said;
    } cases[] = {
        {"lock", "do release_all_locks();", "is not allowed"},
        {"delimiter", "do 1;\nDELIMITER\ndo 2;", "DELIMITER in line 2"},
    };
    project().write("catalog/002_good.sql", "create table {schema}.a (x int);");
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        project().write("catalog/003_bad.sql", c.text);
        const std::string text = project().failure_of_apply();
        EXPECT_TRUE(has(text, c.said)) << text;
        EXPECT_TRUE(has(text, "Nothing was run.")) << text;
        EXPECT_EQ(has_table("a"), "0");
        EXPECT_EQ(notes(), "");
    }
}

TEST_P(MariadbFailure, DryRunExecutesNothing) {
    project().write("catalog/002_a.sql", "create table {schema}.a (x int);");
    const auto outcome = project().apply({.version_name = "preview", .dry_run = true});
    EXPECT_EQ(outcome.files.size(), 1U);
    EXPECT_EQ(has_table("a"), "0");
    expect_recorded("002_a.sql", false);
    EXPECT_TRUE(project().open()->inspection().status().unfinished.empty());
}

TEST_P(MariadbFailure, OfAMarkedFileRollsBackWhatItLeftOpen) {
    project().write(
        "catalog/002_open.sql",
        "-- migrator:no-transaction\ninsert into {schema}.notes values (1, 1);\nstart "
        "transaction;\ninsert into {schema}.notes values (2, 2);\n"
    );
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "left a transaction open")) << text;
    EXPECT_EQ(notes(), "1=1");
    expect_recorded("002_open.sql", false);
}

MIGRATOR_ON_DATABASE(MariadbFailure, "Mariadb");

}  // namespace
}  // namespace migrator::test
