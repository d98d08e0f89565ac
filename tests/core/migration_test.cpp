#include "core/migration.hpp"

#include <gtest/gtest.h>

#include <set>

namespace migrator {
namespace {

TEST(Migration, TheSchemaIsTheLastElementOfTheDirectory) {
    const struct {
        const char* directory;
        const char* schema;
    } cases[] = {
        {"/srv/m/ref", "ref"},
        {"/srv/m/ref//", "ref"},
        {"s3://bkt/migrations/ref/sub", "sub"},
        {"ref", "ref"},
        {"/", ""},
        {"", ""}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.directory);
        EXPECT_EQ(schema_of_directory(c.directory), c.schema);
    }
}

TEST(Migration, TypesTellScriptsAndTenantFiles) {
    EXPECT_FALSE(is_script(MigrationType::SingleMigration));
    EXPECT_FALSE(is_script(MigrationType::TenantMigration));
    EXPECT_TRUE(is_script(MigrationType::SingleScript));
    EXPECT_TRUE(is_script(MigrationType::TenantScript));
    EXPECT_FALSE(is_for_tenants(MigrationType::SingleMigration));
    EXPECT_TRUE(is_for_tenants(MigrationType::TenantMigration));
    EXPECT_FALSE(is_for_tenants(MigrationType::SingleScript));
    EXPECT_TRUE(is_for_tenants(MigrationType::TenantScript));
}

TEST(Migration, KindsAreFoundByTheirNumberAndCalledByDifferentNames) {
    std::set<std::string_view> names;
    for (const Kind& kind : kKinds) {
        EXPECT_EQ(&kind_of(kind.type), &kind);
        for (const auto name : {kind.name, kind.for_people, kind.key}) {
            EXPECT_NE(name, "");
            EXPECT_TRUE(names.insert(name).second) << name;
        }
        EXPECT_EQ(is_single_migration(kind.type), kind.type == MigrationType::SingleMigration);
        EXPECT_EQ(is_tenant_migration(kind.type), kind.type == MigrationType::TenantMigration);
    }
}

TEST(Migration, ANumberWithoutAKindIsAScriptThatNobodyKnows) {
    const Kind& kind = kind_of(static_cast<MigrationType>(99));
    EXPECT_EQ(kind.name, "");
    EXPECT_EQ(kind.for_people, "file");
    EXPECT_TRUE(is_script(static_cast<MigrationType>(99)));
    EXPECT_FALSE(is_for_tenants(static_cast<MigrationType>(99)));
}

TEST(Summary, TotalsAddSingleFilesAndExecutions) {
    Summary summary;
    summary.single_migrations = 1;
    summary.tenant_migrations = 2;
    summary.tenant_migrations_total = 20;
    summary.single_scripts = 3;
    summary.tenant_scripts = 4;
    summary.tenant_scripts_total = 40;
    EXPECT_EQ(summary.migrations_grand_total(), 21);
    EXPECT_EQ(summary.scripts_grand_total(), 43);
}

}  // namespace
}  // namespace migrator
