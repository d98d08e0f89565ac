// Files that LOAD DATA LOCAL reads, and what becomes of the run when it can't.
#include <fstream>

#include "databases/mariadb_test.hpp"

namespace migrator::test {
namespace {

class MariadbLocalFiles : public MariadbTest {
protected:
    MariadbLocalFiles() : MariadbTest("id int, n varchar(20)") {}

    void SetUp() override {
        MariadbTest::SetUp();
        if (IsSkipped()) return;
        project().database.data_source += "&allowAllFiles=true";
        write("rows.csv", "1;one\n2;two\n");
        write("rows.xml", "<list><row id='1' n='one'/><row id='2' n='two'/></list>");
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path(name)) << text;
    }
    std::string path(const std::string& name) const { return (project_folder() / name).string(); }
    std::filesystem::path project_folder() const {
        return const_cast<MariadbLocalFiles*>(this)->project().folder();
    }
    static std::string with_file(std::string text, const std::string& file) {
        const auto at = text.find("NAME");
        return text.replace(at, 4, "'" + file + "'");
    }
    std::string count() { return project().value("select count(*) from catalog.notes"); }
};

struct Form {
    const char* name;
    const char* text;
    const char* file;
};

constexpr Form kForms[] = {
    {"data",
     "load data local infile NAME into table {schema}.notes fields terminated by ';';",
     "rows.csv"},
    {"priority",
     "LOAD DATA LOW_PRIORITY LOCAL INFILE NAME INTO TABLE {schema}.notes FIELDS TERMINATED BY ';';",
     "rows.csv"},
    {"xml", "load xml concurrent local infile NAME into table {schema}.notes;", "rows.xml"},
    {"in a comment",
     "/*!50000 load data local infile NAME into table {schema}.notes fields terminated by ';' */;",
     "rows.csv"},
    {"behind another statement",
     "do 1; load data local infile NAME into table {schema}.notes fields terminated by ';'; do 2;",
     "rows.csv"},
    {"behind DDL",
     "create table if not exists {schema}.made (a int);\n"
     "load data local infile NAME into table {schema}.notes fields terminated by ';';",
     "rows.csv"},
    {"in a transaction",
     "begin; load data local infile NAME into table {schema}.notes fields terminated by ';'; "
     "commit;",
     "rows.csv"},
    {"one by one",
     "set names utf8mb4; load data local infile NAME into table {schema}.notes fields terminated "
     "by ';'; do 1;",
     "rows.csv"},
    {"for one statement",
     "set statement max_statement_time = 0 for load data local infile NAME into table "
     "{schema}.notes fields terminated by ';';",
     "rows.csv"},
    {"outside a transaction",
     "-- migrator:no-transaction\nload data local infile NAME into table {schema}.notes fields "
     "terminated by ';'; insert into {schema}.notes values (3, 'x'); delete from {schema}.notes "
     "where id = 3;",
     "rows.csv"},
    {"at run time",
     "execute immediate \"load data local infile NAME into table catalog.notes fields terminated "
     "by 0x3b\";",
     "rows.csv"},
    {"under a delimiter",
     "delimiter //\nload data local infile NAME into table {schema}.notes fields terminated by "
     "';'; insert into {schema}.notes values (3, 'x'); delete from {schema}.notes where id = 3//\n",
     "rows.csv"},
};

TEST_P(MariadbLocalFiles, AreRead) {
    int number = 100;
    for (const Form& form : kForms) {
        SCOPED_TRACE(form.name);
        project().write(
            "catalog/" + std::to_string(++number) + ".sql", with_file(form.text, path(form.file))
        );
        project().apply();
        EXPECT_EQ(count(), "2");
        project().execute("delete from catalog.notes");
    }
}

TEST_P(MariadbLocalFiles, FailTheirStatementAndNothingBehindItRuns) {
    const struct {
        std::string file;
        const char* why;
    } files[] = {
        {path("gone.csv"), "gone.csv' not found (Errcode: 2"},
        {project_folder().string(), "' is a directory (Errcode: 21"},
        {path("rows.csv") + "/x", "rows.csv/x' cannot be opened (Errcode: 20"},
        {"/proc/self/mem", "'/proc/self/mem' cannot be read to its end (Errcode: 5"},
    };
    for (const Form& form : kForms) {
        SCOPED_TRACE(form.name);
        for (const auto& file : files) {
            SCOPED_TRACE(file.file);
            project().write("catalog/101_load.sql", with_file(form.text, file.file));
            project().write(
                "catalog/102_behind.sql", "insert into {schema}.notes values (9, 'y');"
            );
            const std::string text = project().failure_of_apply();
            EXPECT_TRUE(has(text, "101_load.sql failed with error: Error ")) << text;
            EXPECT_TRUE(has(text, file.why)) << text;
            EXPECT_EQ(count(), "0");
            EXPECT_EQ(project().rows(), (std::vector<std::string>{"001_schema.sql/catalog"}));
            EXPECT_FALSE(has(text, "when the database is back")) << text;
        }
    }
}

TEST_P(MariadbLocalFiles, FailTheTenantWhoseFileIsMissing) {
    project().database.atomicity = db::Atomicity::Tenant;
    project().database.parallelism = 2;
    project().database.max_failures = {.value = 10};
    for (const std::string tenant : {"north", "south", "east", "west"}) {
        project().execute("create database " + tenant);
        project().execute("create table " + tenant + ".notes (id int, n varchar(20))");
        project().execute("insert into migrator.migrator_tenants (name) values ('" + tenant + "')");
        if (tenant != "south") write(tenant + ".csv", "1;one\n2;two\n");
    }
    project().write("stores/101_load.sql", with_file(kForms[0].text, path("{schema}.csv")));
    project().write("stores/102_more.sql", "insert into {schema}.notes values (3, 'three');");
    const auto outcome = project().apply();
    ASSERT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.failures[0].tenant, "south");
    EXPECT_TRUE(has(outcome.failures[0].message, "south.csv' not found"))
        << outcome.failures[0].message;
    EXPECT_EQ(project().value("select count(*) from south.notes"), "0");
    for (const std::string tenant : {"north", "east", "west"}) {
        EXPECT_EQ(project().value("select count(*) from " + tenant + ".notes"), "3");
    }
    EXPECT_EQ(project().rows().size(), 7U);
}

TEST_P(MariadbLocalFiles, AreNotGivenAwayWithoutLeave) {
    project().database.data_source.erase(project().database.data_source.rfind('&'));
    project().write("catalog/101_load.sql", with_file(kForms[0].text, path("rows.csv")));
    const std::string text = project().failure_of_apply();
    EXPECT_TRUE(has(text, "101_load.sql failed with error: Error ")) << text;
    EXPECT_EQ(count(), "0");
}

MIGRATOR_ON_DATABASE(MariadbLocalFiles, "Mariadb");

}  // namespace
}  // namespace migrator::test
