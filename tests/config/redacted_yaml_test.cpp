#include "config/redacted_yaml.hpp"

#include "config/keys.hpp"
#include "reading.hpp"

namespace migrator::config::test {
namespace {

TEST(RedactedYaml, IsTheWorkedExampleByteForByte) {
    const Config config = read_yaml(
        "pathPrefix: /migrator\n"
        "port: 8080\n"
        "dataSource: user=shop password=s3cret dbname=shop host=db.internal port=5432 "
        "sslmode=disable\n"
        "baseLocation: /srv/shop/migrations\n"
        "driver: postgres\n"
        "singleMigrations: [catalog, billing]\n"
        "tenantMigrations: [stores]\n"
        "singleScripts: [catalog-scripts]\n"
        "tenantScripts: [stores-scripts]\n"
    );
    EXPECT_EQ(
        config.redacted_yaml,
        "baseLocation: /srv/shop/migrations\n"
        "driver: postgres\n"
        "dataSource: user=shop password=*** dbname=shop host=db.internal port=5432 "
        "sslmode=disable\n"
        "singleMigrations:\n"
        "- catalog\n"
        "- billing\n"
        "tenantMigrations:\n"
        "- stores\n"
        "singleScripts:\n"
        "- catalog-scripts\n"
        "tenantScripts:\n"
        "- stores-scripts\n"
        "port: \"8080\"\n"
        "pathPrefix: /migrator\n"
    );
}

TEST(RedactedYaml, LeavesOutWhatIsNotSetButForThePathPrefix) {
    EXPECT_EQ(
        read_yaml(kMinimal + "port: ''\nwebHookURL:\ntenantScripts: []\n").redacted_yaml,
        "baseLocation: /srv/shop\ndriver: postgres\ndataSource: user=shop dbname=shop\n"
        "singleMigrations:\n- catalog\npathPrefix: /\n"
    );
}

TEST(RedactedYaml, PutsTheKeysOfThisProjectLastAndMasksEverySecret) {
    const std::string yaml =
        read_yaml(
            kMinimal +
            "lockTimeout: 45s\nbatchBytes: 1000\nretries: 5\nmaxFailures: 5%\nnoTransaction: "
            "['*.x']\n"
            "statementTimeout: 60\n"
            "s3Endpoint: http://key:topsecret@localhost:9000\n"
            "logLevel: WARN\nwebHookURL: https://hooks.example.com/services/T0/topsecret\n"
            "webHookHeaders: ['Authorization: Basic topsecret', 'X-Key:topsecret']\n"
            "webHookTemplate: \"{\\n\\\"text\\\": \\\"${summary}\\\"}\"\n"
            "schemaPlaceHolder: '{schema}'\ntenantSelectSQL: select 'a' from t\n"
        )
            .redacted_yaml;
    EXPECT_EQ(
        yaml.substr(yaml.find("tenantSelectSQL")),
        "tenantSelectSQL: select '***' from t\n"
        "schemaPlaceHolder: '{schema}'\n"
        "singleMigrations:\n- catalog\n"
        "pathPrefix: /\n"
        "webHookURL: https://hooks.example.com/***\n"
        "webHookHeaders:\n- 'Authorization: ***'\n- 'X-Key: ***'\n"
        "webHookTemplate: \"{\\n\\\"text\\\": \\\"${summary}\\\"}\"\n"
        "logLevel: WARN\n"
        "maxFailures: 5%\n"
        "retries: 5\n"
        "lockTimeout: 45s\n"
        "statementTimeout: 60\n"
        "noTransaction:\n- '*.x'\n"
        "batchBytes: 1000\n"
        "s3Endpoint: http://***@localhost:9000\n"
    );
}

TEST(RedactedYaml, ShowsValuesOfTheEnvironmentAfterSubstitution) {
    const Reading reading{
        .yaml = kMinimal + "setRole: ${ROLE}\n",
        .environment = {
            {"ROLE", "owner"},
            {"MIGRATOR_PORT", "81"},
            {"MIGRATOR_DATA_SOURCE", "user=a password='${PASSWORD}'"},
            {"PASSWORD", "topsecret"}}};
    const std::string yaml = reading.read().redacted_yaml;
    EXPECT_TRUE(contains(yaml, "port: \"81\"\n")) << yaml;
    EXPECT_TRUE(contains(yaml, "dataSource: user=a password=***\n")) << yaml;
    EXPECT_TRUE(contains(yaml, "setRole: owner\n")) << yaml;
}

TEST(YamlString, ReadsBackAsTheSameString) {
    const char* texts[] = {
        "plain",
        "with space",
        "a: b",
        "a:b",
        "a #b",
        "a#b",
        "#a",
        "- a",
        "-a",
        "?",
        ": a",
        "a:",
        " a",
        "a ",
        "{a}",
        "[a]",
        "'a'",
        "\"a\"",
        "it's",
        "a\nb",
        "a\tb",
        "a\\b",
        "\x01",
        "*",
        "***",
        "&a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "null",
        "~",
        "true",
        "No",
        "ON",
        "8080",
        "0x1F",
        "1e3",
        "-1.5",
        ".5",
        ".inf",
        "-.INF",
        ".NaN",
        "1:30",
        "2024-01-01",
        "2024-01-01 10:00:00Z",
        "1_000",
        "0o17",
        "=",
        "<<",
        "...",
        "---",
        ".",
        "+1",
        "ünïcode",
        "a\xC2\x85"
        "b",
        "a\xE2\x80\xA8"
        "b",
        "\x7f",
        "\xEF\xBB\xBF"
        "a",
        "a,b",
        "y",
        "e3",
        "\"quote' both\""};
    for (const std::string text : texts) {
        SCOPED_TRACE(text);
        const std::string yaml = "pathPrefix: " + yaml_string(text) + "\ntenantMigrations:\n- " +
                                 yaml_string("x" + text) + "\n";
        const Config config = read_yaml(kMinimal + yaml);
        EXPECT_EQ(config.path_prefix, is_blank(text) ? "/" : text) << yaml;
        EXPECT_EQ(
            config.loader.directories.at(MigrationType::TenantMigration),
            std::vector<std::string>{"x" + text}
        ) << yaml;
    }
}

TEST(YamlString, QuotesWhatAnotherReaderCouldTakeForAnotherType) {
    for (const char* text :
         {"8080", "true", "null", "1.5", "2024-01-01", "0x1f", "12:30", "~", ""}) {
        EXPECT_EQ(yaml_string(text), "\"" + std::string(text) + "\"");
    }
}

TEST(RedactedYaml, ReadsBackAsTheSameConfiguration) {
    const Config first = read_yaml(kMinimal + "port: 81\ntenantSelect: \"a: b # c\"\nretries: 7\n");
    const Config second = read_yaml(first.redacted_yaml);
    EXPECT_EQ(second.redacted_yaml, first.redacted_yaml);
    EXPECT_EQ(second.database.tenant_select, "a: b # c");
}

}  // namespace
}  // namespace migrator::config::test
