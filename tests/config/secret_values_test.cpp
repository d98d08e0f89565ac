#include "core/secrets.hpp"
#include "reading.hpp"

namespace migrator::config::test {
namespace {

class SecretValues : public ::testing::Test {
protected:
    ~SecretValues() override { secrets::forget_all(); }

    static Config read(const std::string& driver, const std::string& source) {
        return Reading{
            .yaml = "baseLocation: /a\nsingleMigrations: [a]\ndriver: " + driver +
                    "\ndataSource: \"" + source + "\"\n",
            .environment = {{"PW", "p@ss/word"}, {"WORD", "production"}}}
            .read();
    }
    static std::string hidden() { return secrets::hidden("is p@ss/word it"); }
};

TEST_F(SecretValues, AreThePasswordsOfEachDriverAsTheyAreSent) {
    const struct {
        const char* driver;
        const char* source;
    } cases[] = {
        {"postgres", "user=a password='${PW}' host=h"},
        {"postgres", "user=a password=p@ss/word host=h"},
        {"postgres", "postgres://a:p%40ss%2Fword@h/b"},
        {"postgres", "postgres://h/b?user=a&password=p%40ss%2Fword"},
        {"mysql", "root:${PW}@tcp(h)/b"},
        {"sqlserver", "server=h;user id=sa;password=${PW}"},
        {"sqlserver", "sqlserver://sa:p%40ss%2Fword@h?database=b"},
        {"sqlserver", "odbc:server=h;uid=sa;pwd={p@ss/word}"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.source);
        secrets::forget_all();
        read(c.driver, c.source);
        EXPECT_EQ(hidden(), "is *** it");
    }
}

TEST_F(SecretValues, AreNotWhatOtherVariablesHold) {
    read("postgres", "user=${WORD} dbname=${WORD} host=${WORD} password=hunter222");
    EXPECT_EQ(secrets::hidden("production hunter222"), "production ***");
}

TEST_F(SecretValues, AreNotNamesThatTheDataSourceShows) {
    const Config config = read("postgres", "postgres://postgres:postgres@h/postgres");
    EXPECT_EQ(secrets::hidden("user postgres"), "user postgres");
    EXPECT_EQ(config.service_warnings, std::vector<std::string>{});
}

TEST_F(SecretValues, AreWarnedOfWhenTheyAreShort) {
    const Config config = read("postgres", "user=a password=hunter2 host=h");
    EXPECT_EQ(config.warnings, std::vector<std::string>{});
    ASSERT_EQ(config.service_warnings.size(), 1U);
    EXPECT_TRUE(config.service_warnings[0].ends_with(
        "dataSource: the password has fewer than 8 bytes, so it cannot be hidden in messages that "
        "quote it"
    )) << config.service_warnings[0];
}

TEST_F(SecretValues, AreTheWebhooksUrlAndHeaders) {
    const Config config = read_yaml(
        kMinimal +
        "webHookURL: https://u:credential@hooks.example.com/services/T00/B00?sig=abc\n"
        "webHookHeaders: ['Authorization: Bearer token-1234', 'X-Key: key-56789', "
        "'Content-Type: application/json']\n"
    );
    for (const char* text :
         {"https://u:credential@hooks.example.com/services/T00/B00?sig=abc",
          "/services/T00/B00?sig=abc",
          "credential",
          "Bearer token-1234",
          "token-1234",
          "key-56789"}) {
        EXPECT_EQ(secrets::hidden(text), "***") << text;
    }
    EXPECT_EQ(secrets::hidden("hooks.example.com"), "hooks.example.com");
    EXPECT_EQ(secrets::hidden("application/json"), "application/json");
}

TEST_F(SecretValues, AreThoseOfSecretStores) {
    const Reading reading{
        .yaml = kMinimal + "tenantInsert: insert into t values ($1, ${aws-ssm:/a})\n",
        .secret = [](const std::string&) { return "from-the-store"; }};
    const Config config = reading.read();
    EXPECT_EQ(secrets::hidden("from-the-store"), "***");
    EXPECT_FALSE(contains(config.redacted_yaml, "from-the-store")) << config.redacted_yaml;
}

}  // namespace
}  // namespace migrator::config::test
