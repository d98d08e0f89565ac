// Files and folders that are not what a run takes them for: down halves of other tools, left-overs,
// folders in folders, folders whose files are gone.
#include <gtest/gtest.h>

#include <filesystem>

#include "e2e/bucket.hpp"
#include "e2e/database_of_its_own.hpp"
#include "e2e/site_test.hpp"
#include "support/mariadb_server.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace migrator::e2e {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// A project with the folders `app` (single) and `stores` (tenants) on an empty database.
class Source : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        const std::string name = GetParam();
        if (name == "sqlite") {
            use("sqlite", folder_.path() / "migrator.db");
        } else if (name == "postgresql") {
            const std::string url = test::postgresql_for_tests();
            if (url.empty()) GTEST_SKIP() << "MIGRATOR_TEST_POSTGRESQL_URL is not set";
            postgresql_ = std::make_unique<DatabaseOfItsOwn>(url);
            use("postgres", postgresql_->data_source());
        } else {
            const std::string dsn = test::mariadb_for_tests();
            if (dsn.empty()) GTEST_SKIP() << "MIGRATOR_TEST_MARIADB_URL is not set";
            mariadb_ = std::make_unique<test::MariadbServer>(dsn);
            use("mysql", dsn);
        }
        const std::string schema = name == "sqlite" ? "" : "create schema {schema};\n";
        write("m/app/001.sql", schema + "create table {schema}.users (i integer);\n");
        write("m/stores/002.sql", "create table {schema}.orders (i integer);\n");
    }

    void use(const std::string& driver, const std::string& data_source) {
        environment_ = {
            {"MIGRATOR_DRIVER", driver},
            {"MIGRATOR_DATA_SOURCE", data_source},
            {"MIGRATOR_BASE_LOCATION", "m"},
            {"MIGRATOR_SINGLE_MIGRATIONS", "app"},
            {"MIGRATOR_TENANT_MIGRATIONS", "stores"}};
    }
    void set(const std::string& variable, const std::string& value) {
        environment_["MIGRATOR_" + variable] = value;
    }
    void write(const std::string& path, const std::string& text) const {
        folder_.write(path, text);
    }
    fs::path path(const std::string& name) const { return folder_.path() / name; }

    test::Process::Result run(std::vector<std::string> arguments) const {
        return test::run_migrator(std::move(arguments), environment_, folder_.path());
    }
    /// What a command that ends with `exit_code` says, on both streams.
    std::string said(int exit_code, const std::vector<std::string>& arguments) const {
        const auto result = run(arguments);
        EXPECT_EQ(result.exit_code, exit_code) << arguments[0] << ": " << result.out << result.err;
        return result.out + result.err;
    }
    void expect_nothing_recorded() const {
        EXPECT_EQ(run({"versions", "--json"}).out, "{\"versions\":[]}\n");
        EXPECT_EQ(run({"tenants", "--json"}).out, "{\"tenants\":[]}\n");
    }

    test::TempDir folder_;
    std::map<std::string, std::string> environment_;
    std::unique_ptr<DatabaseOfItsOwn> postgresql_;
    std::unique_ptr<test::MariadbServer> mariadb_;
};

TEST_P(Source, DownHalvesOfOtherToolsAreRefusedBeforeAnythingRuns) {
    const std::string down = "drop table {schema}.users;\n";
    const std::string undo = "drop table {schema}.orders;\n";
    const struct {
        const char* file;
        std::string text;
        const char* tool;
        const char* line;
    } cases[] = {
        {"app/003.sql", "-- +goose Up\nselect 1;\n-- +goose Down\n" + down, "goose", "line 3"},
        {"app/003.sql", "-- migrate:up\n-- migrate:down\n" + down, "dbmate", "line 2"},
        {"app/003.sql", "-- +migrate Up\n-- +migrate Down\n" + down, "sql-migrate", "line 2"},
        {"app/003.sql",
         "--liquibase formatted sql\n--changeset a:1\nselect 1;\n--rollback " + down,
         "Liquibase",
         "line 4"},
        {"app/003_users.down.sql", down, "golang-migrate", ""},
        {"stores/003.sql", "select 1;\n-- +goose Down\n" + undo, "goose", "line 2"},
        {"stores/orders.down.sql", undo, "golang-migrate", ""},
        {"stores/U4__orders.sql", undo, "Flyway", ""}};
    write("m/stores/orders.up.sql", "select 1;\n");
    write("m/stores/V4__orders.sql", "select 1;\n");
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.file) + " of " + c.tool);
        const fs::path file = path(std::string("m/") + c.file);
        write(std::string("m/") + c.file, c.text);
        std::vector<std::vector<std::string>> commands = {
            {"apply"},
            {"apply", "--dry-run"},
            {"validate"},
            {"validate", "--offline"},
            {"plan", "--exit-code"}};
        if (std::string(c.file).starts_with("stores/"))
            commands.push_back({"create-tenant", "east"});
        for (const auto& command : commands) {
            const std::string text = said(1, command);
            for (const std::string& part :
                 std::vector<std::string>{file.filename(), c.tool, c.line, "ignoreFiles"}) {
                EXPECT_TRUE(has(text, part)) << command[0] << " lacks " << part << ": " << text;
            }
        }
        expect_nothing_recorded();
        fs::remove(file);
    }
    write("m/stores/orders.down.sql", undo);
    set("IGNORE_FILES", "*.down.sql");
    said(0, {"apply"});
    said(0, {"create-tenant", "east"});
    said(0, {"validate"});
}

TEST_P(Source, AnAppliedFileWithADownHalfIsLeftAlone) {
    write("m/app/003.sql", "-- +goose Up\n-- +goose Down\n");
    EXPECT_TRUE(has(said(0, {"sync"}), "an apply would refuse it: line 2"));
    write("m/app/004.sql", "select 1;\n");
    EXPECT_TRUE(has(said(0, {"validate"}), "are valid"));
    EXPECT_TRUE(has(said(0, {"apply"}), "004.sql"));
}

TEST_P(Source, LeftOversAreNotRunAndThatIsSaid) {
    for (const char* name : {"README", "notes.md", "001.sql~", ".001.sql.swp", "001.sql.orig"}) {
        write(std::string("m/app/") + name, "this is no SQL\n");
        write(std::string("m/stores/") + name, "this is no SQL\n");
    }
    write("m/app/.DS_Store", "Bud1\0\0"s);
    fs::create_symlink("me@host.7", path("m/app/.#001.sql"));
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"plan"}, {"apply"}, {"apply"}, {"create-tenant", "east"}}) {
        const std::string text = said(0, command);
        EXPECT_TRUE(has(text, "12 files were not run because of their names")) << text;
    }
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"validate"}, {"validate", "--offline"}}) {
        const std::string text = said(0, command);
        EXPECT_TRUE(has(text, "app/README: the file is not run: its name matches README*")) << text;
        EXPECT_TRUE(has(text, "stores/notes.md: the file is not run")) << text;
    }
    EXPECT_TRUE(has(run({"apply", "--json"}).out, "\"notes\":[\"12 files were not run"));
}

TEST_P(Source, ARecordedFileThatIsIgnoredStaysKnown) {
    write("m/stores/003_notes.sql", "select 3;\n");
    said(0, {"apply"});
    said(0, {"create-tenant", "east"});
    set("IGNORE_FILES", "*_notes.sql");
    write("m/stores/003_notes.sql", "edited, and no SQL\n");
    for (const char* command : {"apply", "validate", "plan", "status"}) {
        const std::string text = said(0, {command});
        EXPECT_FALSE(has(text, "003_notes.sql")) << text;
    }
    said(0, {"status", "--exit-code"});
    const std::string text = said(0, {"create-tenant", "west"});
    EXPECT_TRUE(has(text, "003_notes.sql is recorded as applied for other tenants, but west does "))
        << text;
}

TEST_P(Source, FilesInFoldersBelowAreNotMissedSilently) {
    const std::string schema = GetParam() == "sqlite"s ? "" : "create schema {schema};\n";
    write("m/app/sub/000.sql", schema + "create table {schema}.t (i integer);\n");
    EXPECT_TRUE(has(said(2, {"apply", "--set", "nested=refuse"}), "app/sub/000.sql; nested: refuse")
    );
    expect_nothing_recorded();
    const std::string text = said(0, {"apply"});
    EXPECT_TRUE(has(text, "1 file in folders below it is not run, the first: ")) << text;
    EXPECT_TRUE(has(text, "app/sub/000.sql; set nested: ignore to keep it so")) << text;
    for (const char* command : {"apply", "plan", "validate", "status"}) {
        EXPECT_TRUE(has(said(0, {command}), "set nested: ignore")) << command;
        EXPECT_FALSE(has(said(0, {command, "--set", "nested=ignore"}), "sub/")) << command;
    }
    set("NESTED", "run");
    EXPECT_TRUE(has(said(0, {"apply"}), "app/sub/000.sql"));
    write("m/app/sub/009.sql", "insert into sub.t values (1);\n");
    EXPECT_TRUE(has(said(0, {"apply"}), "app/sub/009.sql")) << "it runs in the schema sub";
}

TEST_P(Source, AFolderThatHasLostItsFilesIsAnError) {
    said(0, {"apply"});
    said(0, {"create-tenant", "east"});
    for (const char* folder : {"app", "stores"}) {
        SCOPED_TRACE(folder);
        const fs::path whole = path(std::string("m/") + folder);
        fs::rename(whole, path("m/away"));
        fs::create_directory(whole);
        for (const std::vector<std::string>& command :
             {std::vector<std::string>{"apply"},
              {"apply", "--dry-run"},
              {"sync"},
              {"create-tenant", "west"},
              {"plan"},
              {"validate"},
              {"status"}}) {
            const std::string text = said(2, command);
            EXPECT_TRUE(
                has(text, std::string("m/") + folder + "/ has no files to run, but 1 file is ")
            ) << command[0]
              << ": " << text;
        }
        fs::remove(whole);
        fs::rename(path("m/away"), whole);
    }
    EXPECT_EQ(run({"tenants", "--json"}).out, "{\"tenants\":[\"east\"]}\n");
    said(0, {"apply"});
    // Another place without any file is none to apply from, either.
    fs::create_directories(path("n/app"));
    fs::create_directories(path("n/stores"));
    set("BASE_LOCATION", "n");
    for (const char* command : {"apply", "plan", "validate"}) {
        EXPECT_TRUE(has(said(2, {command}), "no configured directory has files to run")) << command;
    }
    said(2, {"validate", "--offline"});
    said(0, {"new", "app", "first"});
}

INSTANTIATE_TEST_SUITE_P(
    Databases,
    Source,
    testing::Values("sqlite", "postgresql", "mariadb"),
    [](const auto& chosen) { return std::string(chosen.param); }
);

class SourceInS3 : public testing::Test {
protected:
    SourceInS3() {
        bucket_.objects = {
            {"rel/app/0.sql", "create table {schema}.a (i integer);"},
            {"rel/app/sub/9.sql", "create table {schema}.b (i integer);"},
            {"rel/app/README", "no SQL"},
            {"rel/app/.DS_Store", "Bud1\0\0"s}};
    }
    test::Process::Result run(
        const std::string& command, const std::string& base, const std::string& nested = ""
    ) const {
        return test::run_migrator(
            {command},
            {{"MIGRATOR_DRIVER", "sqlite"},
             {"MIGRATOR_DATA_SOURCE", folder_.path() / "migrator.db"},
             {"MIGRATOR_BASE_LOCATION", base},
             {"MIGRATOR_SINGLE_MIGRATIONS", "app"},
             {"MIGRATOR_S3_ENDPOINT", bucket_.url()},
             {"MIGRATOR_S3_REGION", "us-east-1"},
             {"MIGRATOR_S3_ANONYMOUS", "true"},
             {"MIGRATOR_S3_ADDRESSING_STYLE", "path"},
             {"MIGRATOR_NESTED", nested}},
            folder_.path()
        );
    }

    Bucket bucket_;
    test::TempDir folder_;
};

TEST_F(SourceInS3, AMisspelledPrefixIsAnError) {
    for (const char* command : {"apply", "plan", "validate"}) {
        const auto result = run(command, "s3://bkt/typo");
        EXPECT_EQ(result.exit_code, 2) << command << result.out << result.err;
        EXPECT_TRUE(has(result.err, "s3://bkt/typo/typo/app/ (singleMigrations)")) << result.err;
    }
}

TEST_F(SourceInS3, ObjectsInFoldersBelowAreRunWithAWarningUntilNestedSaysMore) {
    EXPECT_EQ(run("apply", "s3://bkt/rel", "refuse").exit_code, 2);
    const auto ignored = run("apply", "s3://bkt/rel", "ignore");
    EXPECT_EQ(ignored.exit_code, 0) << ignored.err;
    EXPECT_FALSE(has(ignored.out, "/sub/")) << ignored.out;
    EXPECT_TRUE(has(ignored.out, "2 files were not run because of their names")) << ignored.out;
    EXPECT_FALSE(fs::exists(folder_.path() / "sub.db"));
    const auto warned = run("apply", "s3://bkt/rel");
    EXPECT_EQ(warned.exit_code, 0) << warned.err;
    EXPECT_TRUE(has(warned.out, "rel/app/sub/9.sql (in schema sub); set nested: run"))
        << warned.out;
    const auto run_quietly = run("apply", "s3://bkt/rel", "run");
    EXPECT_EQ(run_quietly.exit_code, 0) << run_quietly.err;
    EXPECT_FALSE(has(run_quietly.out, "/sub/")) << run_quietly.out;
    // Recorded by now, and not gone because it is not run any more.
    const auto ignored_again = run("validate", "s3://bkt/rel", "ignore");
    EXPECT_EQ(ignored_again.exit_code, 0) << ignored_again.out << ignored_again.err;
}

}  // namespace
}  // namespace migrator::e2e
