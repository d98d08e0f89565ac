#include "wire/migrations.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

namespace migrator::wire::test {
namespace {

using boost::json::serialize;

Migration some_file() {
    return {
        .name = "001.sql",
        .source_dir = "/m/tenants",
        .file = "/m/tenants/001.sql",
        .type = MigrationType::TenantMigration,
        .contents = "select 1;",
        .check_sum = "abc"};
}

AppliedMigration some_row() {
    return {
        .id = 7,
        .migration = some_file(),
        .schema = "north",
        .created = std::chrono::sys_seconds(std::chrono::seconds(86'400))};
}

TEST(WireMigrations, FilesHaveTheirContentsWhereTheyAreWanted) {
    EXPECT_EQ(
        serialize(migration(some_file())),
        R"({"name":"001.sql","sourceDir":"/m/tenants","file":"/m/tenants/001.sql",)"
        R"("migrationType":2,"checkSum":"abc"})"
    );
    EXPECT_EQ(
        serialize(migration(some_file(), Contents::Show)),
        R"({"name":"001.sql","sourceDir":"/m/tenants","file":"/m/tenants/001.sql",)"
        R"("migrationType":2,"contents":"select 1;","checkSum":"abc"})"
    );
    Migration blank = some_file();
    blank.contents.clear();
    EXPECT_EQ(migration(blank, Contents::Show), migration(blank));
    EXPECT_EQ(serialize(migrations({})), "[]");
    EXPECT_EQ(migrations({blank, some_file()}).at(1), migration(some_file()));
}

TEST(WireMigrations, RowsAreFilesAndWhereTheyWereApplied) {
    EXPECT_EQ(
        serialize(applied_migration(some_row())),
        R"({"name":"001.sql","sourceDir":"/m/tenants","file":"/m/tenants/001.sql",)"
        R"("migrationType":2,"checkSum":"abc","id":7,"schema":"north",)"
        R"("appliedAt":"1970-01-02T00:00:00Z"})"
    );
    EXPECT_EQ(
        serialize(applied_migration_v1(some_row())),
        R"({"name":"001.sql","sourceDir":"/m/tenants","file":"/m/tenants/001.sql",)"
        R"("migrationType":2,"contents":"select 1;","checkSum":"abc","id":7,"schema":"north",)"
        R"("appliedAt":"1970-01-02T00:00:00Z","created":"1970-01-02T00:00:00Z"})"
    );
    AppliedMigration without_contents = some_row();
    without_contents.migration.contents.clear();
    EXPECT_FALSE(applied_migration_v1(without_contents).contains("contents"));
}

TEST(WireMigrations, VersionsHaveTheirTime) {
    const Version version_3{
        .id = 3,
        .name = "v\"3",
        .created =
            std::chrono::sys_seconds(std::chrono::seconds(1)) + std::chrono::milliseconds(250)};
    EXPECT_EQ(
        serialize(version(version_3)),
        R"({"id":3,"name":"v\"3","created":"1970-01-01T00:00:01.25Z"})"
    );
}

TEST(WireMigrations, InvalidUtf8IsReplaced) {
    Migration file = some_file();
    file.name = "a\xff.sql";
    EXPECT_EQ(migration(file).at("name"), "a\xef\xbf\xbd.sql");
    EXPECT_EQ(text("\xc3\xa9"), "\xc3\xa9");
    EXPECT_TRUE(text_or_null("").is_null());
    EXPECT_EQ(text_or_null("a"), "a");
    EXPECT_EQ(serialize(texts({"a", "\"\n"})), R"(["a","\"\n"])");
}

}  // namespace
}  // namespace migrator::wire::test
