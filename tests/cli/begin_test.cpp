// init, new and validate --offline: the commands that need no database.
#include <boost/json/array.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/command_line.hpp"
#include "core/error.hpp"
#include "support/temp_dir.hpp"

namespace migrator::cli::test {
namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// In a folder of its own.
class Begin : public CommandLine {
protected:
    Begin() { fs::current_path(folder_.path()); }
    ~Begin() override { fs::current_path(before_); }

    static std::string read(const fs::path& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    const fs::path before_ = fs::current_path();
    migrator::test::TempDir folder_;
};

TEST_F(Begin, InitWritesAConfigurationAndAMigrationForEachDriver) {
    const struct {
        const char* driver;
        const char* data_source;
        const char* migration;
    } cases[] = {
        {"sqlite", "dataSource: 'migrator.db'", "create table {schema}.notes"},
        {"postgres", "dataSource: '${DATABASE_URL}'", "create schema if not exists {schema};"},
        {"mysql", "dataSource: '${DATABASE_URL}'", "create schema if not exists {schema};"},
        {"sqlserver", "dataSource: '${DATABASE_URL}'", "exec('create schema {schema}')\nGO\n"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.driver);
        fs::remove_all("migrations");
        fs::remove("migrator.yaml");
        EXPECT_EQ(run({"init", "--driver", c.driver}), 0) << err.str();
        EXPECT_TRUE(contains(out.str(), "Created migrator.yaml\n")) << out.str();
        EXPECT_TRUE(contains(out.str(), "migrator apply")) << out.str();
        const auto yaml = read("migrator.yaml");
        EXPECT_TRUE(contains(yaml, std::string("driver: ") + c.driver + "\n")) << yaml;
        EXPECT_TRUE(contains(yaml, c.data_source)) << yaml;
        EXPECT_TRUE(contains(yaml, "  - app\n")) << yaml;
        const auto migration = read("migrations/app/0001_create_notes.sql");
        EXPECT_TRUE(contains(migration, c.migration)) << migration;
    }
}

TEST_F(Begin, InitTakesADataSourceAndASchema) {
    EXPECT_EQ(
        run({"init", "--driver=mysql", "--data-source", "a:it's@/", "--schema", "shop", "--json"}),
        0
    );
    EXPECT_EQ(
        out.str(), "{\"created\":[\"migrator.yaml\",\"migrations/shop/0001_create_notes.sql\"]}\n"
    );
    EXPECT_TRUE(contains(read("migrator.yaml"), "dataSource: 'a:it''s@/'\n"));
    EXPECT_TRUE(contains(read("migrator.yaml"), "  - shop\n"));
    EXPECT_EQ(run({"init", "--driver=sqlite", "--schema", "a b", "-c", "other.yaml"}), 2);
    EXPECT_TRUE(contains(err.str(), "'a b'")) << err.str();
}

TEST_F(Begin, InitAsksForTheDriverOnATerminalOnly) {
    EXPECT_EQ(run({"init"}), 2);
    EXPECT_TRUE(contains(err.str(), "init needs --driver")) << err.str();
    in_is_terminal = true;
    answer = "postgre\n";
    EXPECT_EQ(run({"init"}), 2);
    EXPECT_TRUE(contains(err.str(), "did you mean 'postgres'?")) << err.str();
    EXPECT_FALSE(fs::exists("migrator.yaml"));
    answer = "postgres\n";
    EXPECT_EQ(run({"init"}), 0);
    EXPECT_TRUE(contains(read("migrator.yaml"), "driver: postgres\n"));
    answer = "\n";
    EXPECT_EQ(run({"init", "-c", "second.yaml", "--schema", "second"}), 0);
    EXPECT_TRUE(contains(read("second.yaml"), "driver: sqlite\n"));
}

TEST_F(Begin, InitOverwritesNothing) {
    for (const char* path : {"migrator.yaml", "migrations/app/0001_create_notes.sql"}) {
        SCOPED_TRACE(path);
        fs::remove_all("migrations");
        fs::remove("migrator.yaml");
        const auto full = folder_.write(path, "mine");
        EXPECT_EQ(run({"init", "--driver", "sqlite"}), 2);
        EXPECT_TRUE(contains(err.str(), std::string(path) + " already exists")) << err.str();
        EXPECT_EQ(read(full), "mine");
        EXPECT_NE(fs::exists("migrator.yaml"), fs::exists("migrations"));
    }
}

TEST_F(Begin, NewCreatesTheNextFile) {
    write_files();
    base_location = "files";
    tenant_migrations = {};
    EXPECT_EQ(run({"new", "add orders"}), 0) << err.str();
    EXPECT_EQ(offline_openings, 1);
    EXPECT_EQ(out.str(), "Created files/ref/004_add_orders.sql\n");
    EXPECT_TRUE(contains(read("files/ref/004_add_orders.sql"), "-- Runs once; {schema}"));
    EXPECT_EQ(run({"new", "add orders"}), 2) << "a file is never overwritten";
    EXPECT_TRUE(contains(err.str(), "files/ref/004_add_orders.sql: the file already exists"))
        << err.str();
    EXPECT_EQ(run({"new", "add_items.sql", "--json"}), 0);
    EXPECT_EQ(out.str(), "{\"created\":[\"files/ref/004_add_items.sql\"]}\n");
}

TEST_F(Begin, NewTakesTheFolderAsConfiguredOrAsAPath) {
    base_location = "files";
    for (const char* folder : {"tenants", "tenants/", "files/tenants"}) {
        fs::remove_all("files");
        EXPECT_EQ(run({"new", folder, "a"}), 0) << err.str();
        EXPECT_EQ(out.str(), "Created files/tenants/0001_a.sql\n");
        EXPECT_TRUE(contains(read("files/tenants/0001_a.sql"), "for each tenant"));
    }
}

TEST_F(Begin, NewRefusesWhatItCannotDo) {
    EXPECT_EQ(run({"new", "a"}), 2);
    EXPECT_TRUE(contains(err.str(), "new needs a FOLDER")) << err.str();
    EXPECT_TRUE(contains(err.str(), "ref, tenants")) << err.str();
    EXPECT_EQ(run({"new", "tenant", "a"}), 2);
    EXPECT_TRUE(contains(err.str(), "did you mean 'tenants'?")) << err.str();
    for (const char* name : {"../a", ".a", "a\nb"}) {
        EXPECT_EQ(run({"new", "ref", name}), 2);
        EXPECT_TRUE(contains(err.str(), "is not a valid file name")) << err.str();
    }
    EXPECT_EQ(run({"new"}), 2);
    EXPECT_TRUE(contains(err.str(), "new needs the NAME")) << err.str();
    EXPECT_EQ(run({"new", "ref", "a", "b"}), 2);
    EXPECT_TRUE(contains(err.str(), "has an extra argument: 'b'")) << err.str();
    base_location = "s3://bucket/prefix";
    EXPECT_EQ(run({"new", "ref", "a"}), 2);
    EXPECT_TRUE(contains(err.str(), "on disk only")) << err.str();
}

TEST_F(Begin, OfflineValidationSaysWhatItDidNotCheck) {
    write_files();
    EXPECT_EQ(run({"validate", "--offline"}), 0);
    EXPECT_EQ(offline_openings, 1);
    EXPECT_EQ(
        out.str(),
        "No problems found in 5 files.\n"
        "Not checked (offline): dataSource, checksums of applied files, pending files.\n"
    );
    const auto root = run_json({"validate", "--offline", "--json"});
    EXPECT_TRUE(root.at("valid").is_null());
    EXPECT_EQ(root.at("files"), 5);
    EXPECT_EQ(root.at("notChecked").as_array().size(), 3U);
}

TEST_F(Begin, OfflineValidationFailsByWhatIsWrong) {
    write_files();
    database.add_problem(single.file, "line 1: VACUUM refuses a transaction");
    EXPECT_EQ(run({"validate", "--offline"}), 1);
    EXPECT_TRUE(contains(out.str(), "VACUUM")) << out.str();
    EXPECT_FALSE(contains(out.str(), "No problem")) << out.str();
    EXPECT_EQ(run_json({"validate", "--offline", "--json"}).at("valid"), false);
    unknown_keys = {"line 3: unknown key 'prot'"};
    EXPECT_EQ(run({"validate", "--offline"}), 2);
}

TEST_F(Begin, OfflineValidationWarnsOfNamesAndBytes) {
    const auto write = [&](const char* name, const char* text) {
        source.write(MigrationType::TenantMigration, "tenants", name, text);
    };
    write("V10__b.sql", "select 1;");
    write("V2__a.sql", "select 1;\nselect '\xff';");
    write("V2__c.sql", "select 1;");
    write("README.md", "select 1;");
    EXPECT_EQ(run({"validate", "--offline"}), 0);
    const auto text = out.str();
    const std::string folder = "warning: /migrations/tenants/";
    EXPECT_TRUE(contains(text, folder + "V2__a.sql: runs after V10__b.sql")) << text;
    EXPECT_TRUE(contains(text, folder + "V2__a.sql: line 2: not valid UTF-8")) << text;
    EXPECT_TRUE(contains(text, folder + "V2__c.sql: has the same number as V2__a.sql")) << text;
    EXPECT_TRUE(contains(text, folder + "README.md: the name does not end in .sql")) << text;
}

}  // namespace
}  // namespace migrator::cli::test
