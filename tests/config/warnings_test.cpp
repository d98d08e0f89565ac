#include "reading.hpp"

namespace migrator::config::test {
namespace {

using Names = std::vector<std::string>;

TEST(Warnings, NameAnUnknownKeyItsLineAndTheNearestKey) {
    const Config config = read_yaml(kMinimal + "tenantMigration: [a]\nx_completely_other: 1\n");
    ASSERT_EQ(config.unknown_keys.size(), 2u);
    EXPECT_EQ(config.warnings, config.unknown_keys);
    EXPECT_TRUE(any_contains(
        config.unknown_keys,
        {"migrator.yaml:5: unknown key tenantMigration; did you mean tenantMigrations?"}
    ));
    EXPECT_TRUE(config.unknown_keys[1].ends_with("migrator.yaml:6: unknown key x_completely_other")
    );
}

TEST(Warnings, NeverRepeatAnUnknownKeyThatIsNoName) {
    const Config config = read_yaml(kMinimal + "password=hunter2 host=x: y\n");
    ASSERT_EQ(config.unknown_keys.size(), 1u);
    EXPECT_FALSE(contains(config.unknown_keys[0], "hunter2"));
    EXPECT_TRUE(contains(config.unknown_keys[0], "migrator.yaml:5: unknown key"));
}

TEST(Warnings, CallTheKeysOfStorageThatIsNotBuiltUnknown) {
    for (const char* line : {"azureEndpoint: http://localhost:1", "gcsCredentialsFile: /x.json"}) {
        SCOPED_TRACE(line);
        const Config config = read_yaml(kMinimal + line + "\n");
        EXPECT_EQ(config.unknown_keys.size(), 1u);
        EXPECT_EQ(config.unknown_keys, config.warnings);
    }
}

TEST(Warnings, TellOfAPortThatKubernetesHasSet) {
    const Reading reading{
        .yaml = kMinimal + "port: 9000\n",
        .environment = {{"MIGRATOR_PORT", "tcp://10.0.0.1:8080"}}};
    const Config config = reading.read();
    EXPECT_EQ(config.http.port, 9000);
    EXPECT_TRUE(any_contains(
        config.warnings, {"environment variable MIGRATOR_PORT: is ignored: Kubernetes has set it"}
    ));
    const Reading wrong{.environment = {{"MIGRATOR_PORT", "http://10.0.0.1:8080"}}};
    EXPECT_NE(wrong.error(), "");
}

TEST(Warnings, SayWhatTakesEffectForAFleetAlone) {
    for (const char* line : {"parallelism: 4", "maxFailures: 5%", "retries: 0"}) {
        SCOPED_TRACE(line);
        const Config without = read_yaml(kMinimal + line + "\n");
        EXPECT_TRUE(any_contains(without.warnings, {"has no effect without atomicity: tenant"}));
        const Config with = read_yaml(kMinimal + "atomicity: tenant\n" + line + "\n");
        EXPECT_EQ(with.warnings, Names{});
        EXPECT_EQ(read_yaml(kMinimal + "atomicity: file\n" + line + "\n").warnings, Names{});
        const Config on_sqlite = read_yaml(
            "baseLocation: /srv\ndriver: sqlite\ndataSource: a.db\nsingleMigrations: [a]\n" +
            std::string(line) + "\n"
        );
        EXPECT_TRUE(any_contains(on_sqlite.warnings, {"has no effect on SQLite"}));
    }
}

TEST(Warnings, SayNothingOfAKeyThatIsSetToItsDefault) {
    const Config config = read_yaml(
        kMinimal +
        "parallelism: 1\nmaxFailures: 0\nretries: 03\nspoolBytes: 1073741824\n"
        "s3AddressingStyle: auto\nstorageConcurrency: 16\ns3Anonymous: false\n"
    );
    EXPECT_EQ(config.warnings, Names{});
}

TEST(Warnings, SayThatSqliteHasNoRoles) {
    const Config config = read_yaml(
        "baseLocation: /srv\ndriver: sqlite\ndataSource: a.db\nsingleMigrations: [a]\nsetRole: x\n"
    );
    EXPECT_TRUE(any_contains(config.warnings, {"setRole", "SQLite"}));
}

TEST(DeprecatedTenantKeys, AreUsedOnlyWithoutTheNewOnes) {
    const Config old_only = read_yaml(kMinimal + "tenantSelectSQL: old\n");
    EXPECT_EQ(old_only.database.tenant_select, "old");
    EXPECT_TRUE(old_only.deprecated_tenant_keys);
    EXPECT_TRUE(any_contains(old_only.warnings, {"tenantSelectSQL", "tenantSelect", "v2025.1.0"}));

    const Config insert_only = read_yaml(kMinimal + "tenantInsertSQL: old\ntenantInsert: ''\n");
    EXPECT_EQ(insert_only.database.tenant_insert, "old");
    EXPECT_TRUE(insert_only.deprecated_tenant_keys);

    const Config both = read_yaml(kMinimal + "tenantSelectSQL: old\ntenantSelect: new\n");
    EXPECT_EQ(both.database.tenant_select, "new");
    EXPECT_FALSE(both.deprecated_tenant_keys);
}

TEST(BaseDir, StandsInForAMissingBaseLocation) {
    const std::string rest = "driver: postgres\ndataSource: dbname=x\nsingleMigrations: [a]\n";
    for (const std::string location : {"", "baseLocation: ''\n", "baseLocation:\n"}) {
        const Config config = read_yaml("baseDir: /old\n" + location + rest);
        EXPECT_EQ(config.loader.base_location, "/old");
        EXPECT_TRUE(any_contains(config.warnings, {"migrator.yaml:1", "baseDir", "baseLocation"}));
        EXPECT_TRUE(config.redacted_yaml.starts_with("baseDir: /old\nbaseLocation: /old\n"));
    }
    const Config both = read_yaml("baseDir: /old\nbaseLocation: /new\n" + rest);
    EXPECT_EQ(both.loader.base_location, "/new");
    EXPECT_TRUE(both.redacted_yaml.starts_with("baseLocation: /new\n"));
}

TEST(BaseLocation, WarnsOfASignature) {
    const Config config = read_yaml(
        "baseLocation: https://a.blob.core.windows.net/c?sv=1&sig=SIGNATURE\ndriver: postgres\n"
        "dataSource: dbname=x\nsingleMigrations: [a]\n"
    );
    ASSERT_EQ(config.warnings.size(), 1u);
    EXPECT_FALSE(contains(config.warnings[0], "SIGNATURE"));
    EXPECT_TRUE(config.redacted_yaml.starts_with("baseLocation: https://a.blob.core.windows.net/c\n"
    ));
}

}  // namespace
}  // namespace migrator::config::test
