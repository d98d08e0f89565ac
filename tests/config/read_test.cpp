#include <chrono>

#include "config/keys.hpp"
#include "reading.hpp"

namespace migrator::config::test {
namespace {

using std::chrono::milliseconds;
using Names = std::vector<std::string>;

TEST(Read, FillsEveryModuleFromTheFile) {
    const Config config = read_yaml(
        kMinimal +
        "tenantSelect: select name from t\n"
        "tenantInsert: insert into t values ($1)\n"
        "schemaPlaceHolder: '[schema]'\n"
        "tenantMigrations: [stores]\n"
        "singleScripts: [catalog-scripts]\n"
        "tenantScripts: [stores-scripts]\n"
        "port: 9090\n"
        "pathPrefix: /migrator\n"
        "logLevel: DEBUG\n"
        "atomicity: tenant\n"
        "parallelism: 6\n"
        "maxFailures: 5%\n"
        "retries: 7\n"
        "lockTimeout: 45s\n"
        "statementTimeout: 5m\n"
        "ddlLockTimeout: 500ms\n"
        "shutdownTimeout: 10\n"
        "checksumVerification: warn\n"
        "noTransaction: ['*_concurrently.sql']\n"
        "ignoreFiles: ['*.down.sql']\n"
        "nested: refuse\n"
        "batchBytes: 1000\n"
        "maxConnections: 3\n"
        "setRole: owner\n"
        "listenAddress: 127.0.0.1\n"
        "keepAliveTimeout: 1h\n"
        "tlsCertificate: /tls/tls.crt\n"
        "tlsKey: /tls/tls.key\n"
        "tlsClientCa: /tls/ca.crt\n"
        "tlsClientCertificates: optional\n"
        "metricsPort: 9090\n"
        "maxBodyBytes: 2048\n"
        "runQueue: 4\n"
        "logFormat: json\n"
    );

    EXPECT_EQ(config.loader.base_location, "/srv/shop");
    EXPECT_EQ(config.loader.directories.at(MigrationType::SingleMigration), Names{"catalog"});
    EXPECT_EQ(config.loader.directories.at(MigrationType::TenantMigration), Names{"stores"});
    EXPECT_EQ(config.loader.directories.at(MigrationType::SingleScript), Names{"catalog-scripts"});
    EXPECT_EQ(config.loader.directories.at(MigrationType::TenantScript), Names{"stores-scripts"});
    EXPECT_EQ(config.loader.ignore_files, Names{"*.down.sql"});
    EXPECT_EQ(config.loader.nested, loader::Nested::Refuse);
    EXPECT_EQ(config.database.driver, "postgres");
    EXPECT_EQ(config.database.data_source, "user=shop dbname=shop");
    EXPECT_EQ(config.database.tenant_select, "select name from t");
    EXPECT_EQ(config.database.tenant_insert, "insert into t values ($1)");
    EXPECT_EQ(config.database.placeholder, "[schema]");
    EXPECT_EQ(config.database.atomicity, db::Atomicity::Tenant);
    EXPECT_EQ(config.database.parallelism, 6u);
    EXPECT_EQ(config.database.max_failures, (Share{.value = 5, .is_percent = true}));
    EXPECT_EQ(config.database.retries, 7u);
    EXPECT_EQ(config.database.lock_timeout, milliseconds(45'000));
    EXPECT_EQ(config.database.statement_timeout, milliseconds(300'000));
    EXPECT_EQ(config.database.ddl_lock_timeout, milliseconds(500));
    EXPECT_EQ(config.database.no_transaction, Names{"*_concurrently.sql"});
    EXPECT_EQ(config.database.batch_bytes, 1000u);
    EXPECT_TRUE(config.database.batch_bytes_is_explicit);
    EXPECT_EQ(config.database.max_connections, 3u);
    EXPECT_EQ(config.database.set_role, "owner");
    EXPECT_EQ(config.http.listen_address, "127.0.0.1");
    EXPECT_EQ(config.http.port, 9090);
    EXPECT_EQ(config.http.max_body_bytes, 2048u);
    EXPECT_EQ(config.http.keep_alive_timeout, milliseconds(3'600'000));
    EXPECT_EQ(config.http.tls.certificate, "/tls/tls.crt");
    EXPECT_EQ(config.http.tls.key, "/tls/tls.key");
    EXPECT_EQ(config.http.tls.client_ca, "/tls/ca.crt");
    EXPECT_EQ(config.http.tls.client_certificates, http::ClientCertificates::Optional);
    EXPECT_EQ(config.http.metrics_port, 9090);
    EXPECT_EQ(config.http.shutdown_timeout, milliseconds(10'000));
    EXPECT_EQ(config.coordinator.checksum_verification, coordinator::ChecksumVerification::Warn);
    EXPECT_EQ(config.coordinator.lock_timeout, milliseconds(45'000));
    EXPECT_EQ(config.coordinator.run_queue, 4u);
    EXPECT_EQ(config.log.level, log::Level::Debug);
    EXPECT_EQ(config.log.format, log::Format::Json);
    EXPECT_EQ(config.path_prefix, "/migrator");
    EXPECT_FALSE(config.deprecated_tenant_keys);
    EXPECT_EQ(config.warnings, Names{});
}

TEST(Read, HasTheDefaultsOfTheOptionStructs) {
    const Config config = read_yaml(kMinimal);
    const db::Options database;
    EXPECT_EQ(config.database.placeholder, database.placeholder);
    EXPECT_EQ(config.database.parallelism, database.parallelism);
    EXPECT_EQ(config.database.max_failures, database.max_failures);
    EXPECT_EQ(config.database.retries, database.retries);
    EXPECT_EQ(config.database.atomicity, std::nullopt);
    EXPECT_EQ(config.database.statement_timeout, std::nullopt);
    EXPECT_EQ(config.database.ddl_lock_timeout, std::nullopt);
    EXPECT_EQ(config.database.lock_timeout, database.lock_timeout);
    EXPECT_EQ(config.database.batch_bytes, database.batch_bytes);
    EXPECT_FALSE(config.database.batch_bytes_is_explicit);
    EXPECT_EQ(config.database.max_connections, database.max_connections);
    EXPECT_EQ(config.database.tenant_select, "");
    EXPECT_EQ(config.database.set_role, "");
    EXPECT_TRUE(config.loader.ignore_files.empty());
    EXPECT_EQ(config.loader.nested, loader::Options{}.nested);
    EXPECT_EQ(read_yaml(kMinimal + "nested: run\n").loader.nested, loader::Nested::Run);
    EXPECT_EQ(read_yaml(kMinimal + "nested: ignore\n").loader.nested, loader::Nested::Ignore);
    const http::Options http;
    EXPECT_EQ(config.http.listen_address, http.listen_address);
    EXPECT_EQ(config.http.port, http.port);
    EXPECT_EQ(config.http.max_body_bytes, http.max_body_bytes);
    EXPECT_EQ(config.http.keep_alive_timeout, http.keep_alive_timeout);
    EXPECT_EQ(config.http.shutdown_timeout, http.shutdown_timeout);
    const coordinator::Options coordinator;
    EXPECT_EQ(config.coordinator.checksum_verification, coordinator.checksum_verification);
    EXPECT_EQ(config.coordinator.lock_timeout, coordinator.lock_timeout);
    EXPECT_EQ(config.coordinator.run_queue, coordinator.run_queue);
    EXPECT_EQ(config.log.level, log::Level::Info);
    EXPECT_EQ(config.log.format, log::Format::Text);
    EXPECT_EQ(config.path_prefix, "/");
    EXPECT_EQ(config.warnings, Names{});
}

TEST(Read, TakesTheDefaultForABlankOrNullValue) {
    const Config config = read_yaml(
        kMinimal +
        "port: ''\npathPrefix: ' '\nlogLevel: ''\nlockTimeout:\nrunQueue: ~\n"
        "schemaPlaceHolder: null\ntenantMigrations:\n"
    );
    EXPECT_EQ(config.http.port, 8080);
    EXPECT_EQ(config.path_prefix, "/");
    EXPECT_EQ(config.log.level, log::Level::Info);
    EXPECT_EQ(config.database.lock_timeout, milliseconds(30'000));
    EXPECT_EQ(config.coordinator.run_queue, 16u);
    EXPECT_EQ(config.database.placeholder, "{schema}");
    EXPECT_EQ(config.loader.directories.at(MigrationType::TenantMigration), Names{});
}

TEST(Read, TakesTheLiteralTextOfAnyScalar) {
    const Config config = read_yaml(
        kMinimal + "pathPrefix: 0x10\nsetRole: true\ntenantMigrations: [2024, yes, 1.50]\n"
    );
    EXPECT_EQ(config.path_prefix, "0x10");
    EXPECT_EQ(config.database.set_role, "true");
    EXPECT_EQ(
        config.loader.directories.at(MigrationType::TenantMigration), (Names{"2024", "yes", "1.50"})
    );
}

TEST(Read, UnderstandsAnchorsAliasesAndMergeKeys) {
    const Config config = read_yaml(
        "common: &common\n  driver: sqlite\n  dataSource: /data/a.db\n  logLevel: DEBUG\n"
        "<<: *common\n"
        "logLevel: &level ERROR\n"
        "baseLocation: &base /srv\n"
        "singleMigrations: &list [one]\n"
        "tenantMigrations: *list\n"
    );
    EXPECT_EQ(config.database.driver, "sqlite");
    EXPECT_EQ(config.database.data_source, "/data/a.db");
    EXPECT_EQ(config.log.level, log::Level::Error);
    EXPECT_EQ(config.loader.directories.at(MigrationType::TenantMigration), Names{"one"});
}

TEST(Read, TakesFlagOverEnvironmentOverFileOverDefault) {
    const std::string yaml = kMinimal + "port: 1000\nlockTimeout: 1s\nlogFormat: json\n";
    const Reading reading{
        .yaml = yaml,
        .environment = {{"MIGRATOR_PORT", "2000"}, {"MIGRATOR_LOCK_TIMEOUT", "2s"}},
        .overrides = {{"port", "3000"}}};
    const Config config = reading.read();
    EXPECT_EQ(config.http.port, 3000);
    EXPECT_EQ(config.database.lock_timeout, milliseconds(2'000));
    EXPECT_EQ(config.log.format, log::Format::Json);
    EXPECT_EQ(config.coordinator.run_queue, 16u);
}

TEST(Read, TakesAnEmptyVariableForUnsetAndAnEmptyFlagForTheEmptyValue) {
    const Reading reading{
        .yaml = kMinimal + "setRole: owner\nport: 1000\n",
        .environment = {{"MIGRATOR_PORT", ""}},
        .overrides = {{"setRole", ""}}};
    EXPECT_EQ(reading.read().http.port, 1000);
    EXPECT_EQ(reading.read().database.set_role, "");
}

TEST(Read, SplitsListsOfVariablesAndFlagsAtCommas) {
    const Reading reading{
        .environment = {{"MIGRATOR_TENANT_MIGRATIONS", " stores , ${NAMES},"}, {"NAMES", "a,b"}},
        .overrides = {{"singleMigrations", "catalog,billing"}}};
    EXPECT_EQ(
        reading.read().loader.directories.at(MigrationType::TenantMigration),
        (Names{"stores", "a,b"})
    );
    EXPECT_EQ(
        reading.read().loader.directories.at(MigrationType::SingleMigration),
        (Names{"catalog", "billing"})
    );
}

TEST(Read, NamesTheVariableOfEachKeyInUpperSnakeCase) {
    const struct {
        const char* key;
        const char* variable;
    } cases[] = {
        {"baseLocation", "MIGRATOR_BASE_LOCATION"},
        {"webHookURL", "MIGRATOR_WEB_HOOK_URL"},
        {"tenantSelectSQL", "MIGRATOR_TENANT_SELECT_SQL"},
        {"schemaPlaceHolder", "MIGRATOR_SCHEMA_PLACE_HOLDER"},
        {"port", "MIGRATOR_PORT"},
        {"ddlLockTimeout", "MIGRATOR_DDL_LOCK_TIMEOUT"},
        {"s3Region", "MIGRATOR_S3_REGION"},
    };
    for (const auto& c : cases) EXPECT_EQ(environment_name(*find_key(c.key)), c.variable);
}

TEST(Read, LooksUpTheVariableOfEveryKey) {
    std::vector<std::string> asked;
    Reading reading;
    Lookups lookups = reading.lookups();
    lookups.environment = [&](const std::string& name) -> std::optional<std::string> {
        asked.push_back(name);
        return std::nullopt;
    };
    const migrator::test::TempDir folder;
    config::read(folder.write("migrator.yaml", kMinimal).string(), {}, lookups);
    for (const Key& key : all_keys()) {
        EXPECT_EQ(std::count(asked.begin(), asked.end(), environment_name(key)), 1) << key.name;
    }
    EXPECT_EQ(std::count(asked.begin(), asked.end(), "MIGRATOR_YAML"), 0);
}

TEST(Read, NeedsNoFileWhenRequiredKeysComeFromElsewhere) {
    const Reading reading{
        .environment =
            {{"MIGRATOR_BASE_LOCATION", "/srv"},
             {"MIGRATOR_DRIVER", "sqlite"},
             {"MIGRATOR_DATA_SOURCE", "/data/${NAME}"},
             {"NAME", "a.db"}},
        .overrides = {{"singleMigrations", "one"}}};
    EXPECT_TRUE(can_do_without_file(reading.overrides, reading.lookups()));
    EXPECT_FALSE(can_do_without_file({}, reading.lookups()));
    const Config config = config::read("", reading.overrides, reading.lookups());
    EXPECT_EQ(config.database.data_source, "/data/a.db");
}

TEST(Read, NamesTheSchemasOfTheSingleMigrationsOnly) {
    const Config config = read_yaml(
        "baseLocation: /srv/shop\ndriver: postgres\ndataSource: dbname=x\n"
        "singleMigrations: [catalog, sql/billing/, ./a/../b, .]\n"
        "singleScripts: [scripts]\ntenantMigrations: [stores]\n"
    );
    EXPECT_EQ(config.database.single_schemas, (Names{"catalog", "billing", "b", "shop"}));
}

TEST(Read, TakesZeroForDurationsWhereItMeansSomething) {
    const Config config = read_yaml(
        kMinimal +
        "lockTimeout: 0\nstatementTimeout: 0s\nddlLockTimeout: 0ms\nshutdownTimeout: 0\n"
        "batchBytes: 0\nrunQueue: 0\nport: 0\n"
    );
    EXPECT_EQ(config.coordinator.lock_timeout, milliseconds(0));
    EXPECT_EQ(config.database.statement_timeout, milliseconds(0));
    EXPECT_EQ(config.database.ddl_lock_timeout, milliseconds(0));
    EXPECT_EQ(config.http.shutdown_timeout, milliseconds(0));
    EXPECT_EQ(config.database.batch_bytes, 0u);
    EXPECT_TRUE(config.database.batch_bytes_is_explicit);
    EXPECT_EQ(config.coordinator.run_queue, 0u);
    EXPECT_EQ(config.http.port, 0);
}

TEST(Read, TakesEveryLogLevel) {
    const struct {
        const char* text;
        log::Level level;
    } cases[] = {
        {"DEBUG", log::Level::Debug},
        {"INFO", log::Level::Info},
        {"WARN", log::Level::Warn},
        {"ERROR", log::Level::Error},
        {"PANIC", log::Level::Panic}};
    for (const auto& c : cases) {
        const Reading reading{
            .yaml = kMinimal + "logLevel: ${LEVEL}\n", .environment = {{"LEVEL", c.text}}};
        EXPECT_EQ(reading.read().log.level, c.level) << c.text;
    }
}

TEST(Read, TakesAtomicityTenantOnSqlite) {
    const Config config = read_yaml(
        "baseLocation: /srv\ndriver: sqlite\ndataSource: a.db\nsingleMigrations: [a]\n"
        "atomicity: tenant\n"
    );
    EXPECT_EQ(config.database.atomicity, db::Atomicity::Tenant);
}

TEST(Read, NamesOfTheServiceAndItsProxies) {
    const Config config =
        Reading{
            .yaml = kMinimal + "allowedHosts: [migrator.example.com]\n",
            .environment = {{"MIGRATOR_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1, 2001:db8::/32"}}}
            .read();
    EXPECT_EQ(config.http.allowed_hosts, std::vector<std::string>{"migrator.example.com"});
    EXPECT_EQ(config.http.trusted_proxies.size(), 3);
    EXPECT_TRUE(contains(config.http.trusted_proxies, *IpAddress::parse("10.9.9.9")));
    for (const char* line :
         {"allowedHosts: ['https://migrator.example.com']",
          "allowedHosts: ['a b']",
          "allowedHosts: ['a:8080']",
          "allowedHosts: ['']",
          "trustedProxies: [alb.internal]",
          "trustedProxies: ['10.0.0.0/33']",
          "trustedProxies: ['']"}) {
        SCOPED_TRACE(line);
        EXPECT_NE(error_of(kMinimal + line + "\n").find("element 1"), std::string::npos);
    }
}

}  // namespace
}  // namespace migrator::config::test
