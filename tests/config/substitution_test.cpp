#include "reading.hpp"

namespace migrator::config::test {
namespace {

std::string substituted(const std::string& text, std::map<std::string, std::string> environment) {
    const Reading reading{
        .yaml = "baseLocation: /a\ndriver: postgres\nsingleMigrations: [a]\ndataSource: '" + text +
                "'\n",
        .environment = std::move(environment)};
    return reading.read().database.data_source;
}

TEST(Substitution, ReplacesVariablesInOnePass) {
    const struct {
        const char* name;
        const char* text;
        const char* result;
    } cases[] = {
        {"one", "user=${A}", "user=1"},
        {"two", "${A}${B}", "12"},
        {"no braces", "$A $ ${A}", "$A $ 1"},
        {"closing brace in front", "a {schema} } ${A}", "a {schema} } 1"},
        {"value is not looked at again", "x${REFERENCE}x${A}", "x${A}x1"},
        {"value that contains itself", "${SELF}", "${SELF}"},
        {"value with a brace", "${BRACE}${A}", "}${1"},
        {"unclosed", "x${A", "x${A"},
        {"unclosed after another", "${A}${A", "1${A"},
        {"unset", "a${UNSET}b", "ab"},
        {"empty name", "a${}b", "ab"},
        {"default of a set one", "a${A:-x}b", "a1b"},
        {"default of an unset one", "a${UNSET:-x y}b", "ax yb"},
        {"default of an empty one", "a${EMPTY:-x}b", "axb"},
        {"empty default", "a${UNSET:-}b", "ab"},
        {"default with a reference", "${UNSET:-${A}}", "${A}"},
        {"default with the separator", "${UNSET:-a:-b}", "a:-b"},
        {"odd name", "a${A-y}b", "ab"},
        {"first closing brace", "${A}}", "1}"},
        {"set and empty", "x${EMPTY}", "x"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        std::map<std::string, std::string> environment{
            {"A", "1"},
            {"B", "2"},
            {"REFERENCE", "${A}"},
            {"SELF", "${SELF}"},
            {"BRACE", "}${"},
            {"EMPTY", ""}};
        EXPECT_EQ(substituted(c.text, environment), c.result);
    }
}

TEST(Substitution, InsertsTheValueVerbatim) {
    const std::string nasty = "a b'c\"d\\e: #f\n{g}[h]";
    EXPECT_EQ(substituted("p=${NASTY}", {{"NASTY", nasty}}), "p=" + nasty);
}

TEST(Substitution, CoversElementsOfLists) {
    const Reading reading{
        .yaml = kMinimal + "tenantMigrations: ['${A}', 'x/${A}']\n", .environment = {{"A", "1"}}};
    EXPECT_EQ(
        reading.read().loader.directories.at(MigrationType::TenantMigration),
        (std::vector<std::string>{"1", "x/1"})
    );
}

TEST(Substitution, LeavesTheSummaryInTheTemplateOfTheWebhookAlone) {
    const std::string text = "${summary} ${summary.versionId} ${A} ${summaries}";
    const Reading reading{
        .yaml = kMinimal + "webHookTemplate: '" + text + "'\npathPrefix: /${summary}\n",
        .environment = {{"A", "1"}}};
    const Config config = reading.read();
    EXPECT_TRUE(
        contains(config.redacted_yaml, "webHookTemplate: ${summary} ${summary.versionId} 1 \n") ||
        contains(config.redacted_yaml, "webHookTemplate: '${summary} ${summary.versionId} 1 '\n")
    ) << config.redacted_yaml;
    EXPECT_EQ(config.path_prefix, "/");
}

TEST(Substitution, WarnsOfAnUnsetVariableByName) {
    const Reading reading{.yaml = kMinimal + "setRole: x${ROLE}${OTHER-hunter2}${}\n"};
    const Config config = reading.read();
    EXPECT_TRUE(any_contains(config.warnings, {"migrator.yaml:5: setRole", "ROLE is not set"}));
    EXPECT_TRUE(any_contains(config.warnings, {"variable OTHER", "a default is ${NAME:-default}"}));
    EXPECT_TRUE(any_contains(config.warnings, {"between ${ and }"}));
    EXPECT_FALSE(any_contains(config.warnings, {"hunter2"}));
}

TEST(Substitution, NamesTheUnsetVariablesThatAreErrorsOfValidate) {
    const Config config = read_yaml(kMinimal + "setRole: x${ROLE}${SET:-a}\n");
    ASSERT_EQ(config.unset_variables.size(), 1U);
    EXPECT_TRUE(contains(config.unset_variables[0], "ROLE is not set"));
    EXPECT_TRUE(any_contains(config.warnings, {config.unset_variables[0].c_str()}));
}

TEST(Substitution, RefusesAnUnsetVariableThatIsAWholePassword) {
    const auto read = [](const std::string& data_source) {
        return Reading{
            .yaml = "baseLocation: /a\ndriver: postgres\nsingleMigrations: [a]\ndataSource: \"" +
                    data_source + "\"\n"};
    };
    for (const char* whole :
         {"user=a password=${PW}",
          "user=a password='${PW}' dbname=b",
          "password = ${PW} user=a",
          "postgres://a:${PW}@h/b",
          "postgres://h/b?user=a&password=${PW}&sslmode=disable",
          "root:${PW}@tcp(h)/b",
          "server=h;pwd={${PW}};uid=a",
          "postgres://a:${PW-guess}@h/b"}) {
        SCOPED_TRACE(whole);
        const std::string error = read(whole).error();
        EXPECT_TRUE(contains(error, "needs the environment variable PW")) << error;
        EXPECT_TRUE(contains(error, "as its password, which is not set")) << error;
        EXPECT_FALSE(contains(error, "guess"));
    }
    for (const char* other :
         {"user=a password=x${PW}",
          "user=${PW}",
          "user=a dbname=${PW}",
          "postgres://${PW}@h/b",
          "postgres://h:${PW}/b",
          "user=a password=${PW:-}",
          "user=a password=${PW:-default!}"}) {
        SCOPED_TRACE(other);
        EXPECT_NO_THROW(read(other).read());
    }
}

TEST(Substitution, ComesBeforeValidation) {
    EXPECT_TRUE(contains(
        error_of("baseLocation: ${UNSET}\ndriver: postgres\ndataSource: a=b\n"
                 "singleMigrations: [a]\n"),
        "'Config.BaseLocation'"
    ));
}

TEST(Substitution, DoesNotLookAtValuesThatAnotherSourceReplaces) {
    const Reading reading{
        .yaml = kMinimal + "setRole: ${UNSET}\n", .environment = {{"MIGRATOR_SET_ROLE", "x"}}};
    EXPECT_EQ(reading.read().warnings, std::vector<std::string>{});
}

TEST(Substitution, WarnsOfASecretThatIsAWholeJsonObject) {
    const Reading reading{
        .yaml = kMinimal + "setRole: '${CREDENTIALS}'\n",
        .environment = {{"CREDENTIALS", R"({"username":"u","password":"hunter2"})"}}};
    const Config config = reading.read();
    EXPECT_TRUE(any_contains(config.warnings, {"CREDENTIALS", ":password::"}));
    EXPECT_FALSE(any_contains(config.warnings, {"hunter2"}));
}

TEST(SecretReferences, AreRefusedWithKeyAndReferenceWhenThereIsNoStore) {
    for (const char* reference :
         {"aws-secretsmanager:prod/db#password",
          "aws-ssm:/prod/db",
          "azure-keyvault:v/s",
          "gcp-secretmanager:projects/p/secrets/s",
          "aws-rds-token"}) {
        SCOPED_TRACE(reference);
        const std::string error = error_of(
            std::string("baseLocation: /a\ndriver: postgres\nsingleMigrations: [a]\n"
                        "dataSource: 'user=u password=${") +
            reference + "}'\n"
        );
        EXPECT_TRUE(contains(error, "'Config.DataSource'")) << error;
        EXPECT_TRUE(contains(error, std::string("${") + reference + "}")) << error;
        EXPECT_TRUE(contains(error, "not supported yet")) << error;
        EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 0) << error;
    }
}

TEST(SecretReferences, AreLookedUpAndNotScannedAgain) {
    const Reading reading{
        .yaml =
            "baseLocation: /a\ndriver: postgres\nsingleMigrations: [a]\n"
            "dataSource: password=${aws-ssm:/db} user=u\n",
        .secret = [](const std::string& reference) { return "<" + reference + "${A}>"; }};
    EXPECT_EQ(reading.read().database.data_source, "password=<aws-ssm:/db${A}> user=u");
}

TEST(SecretReferences, KeepTheKindOfAFailedLookUpAndNameTheKey) {
    const Reading reading{
        .yaml = kMinimal + "setRole: ${aws-ssm:/role}\n",
        .secret = [](const std::string&) -> std::string {
            throw Error(ErrorKind::Unavailable, "no answer");
        }};
    try {
        reading.read();
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_STREQ(error.what(), "setRole (${aws-ssm:/role}): no answer");
    }
}

TEST(SecretReferences, AllowADatabaseTokenInTheDataSourceOnly) {
    const Reading reading{
        .yaml = kMinimal + "setRole: ${aws-rds-token}\n",
        .secret = [](const std::string&) { return std::string("token"); }};
    EXPECT_TRUE(contains(reading.error(), "dataSource and servers only"));
}

}  // namespace
}  // namespace migrator::config::test
