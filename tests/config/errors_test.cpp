#include <filesystem>

#include "reading.hpp"

namespace migrator::config::test {
namespace {

TEST(Errors, NameEveryMissingKeyAtOnceInTheFormOfTheGoProgram) {
    const std::string error = error_of("logLevel: LOUD\n");
    for (const char* part :
         {"Key: 'Config.BaseLocation' Error:Field validation for 'BaseLocation' failed on the "
          "'required' tag",
          "Key: 'Config.Driver' Error:Field validation for 'Driver' failed on the 'required' tag",
          "Key: 'Config.DataSource' Error:Field validation for 'DataSource' failed on the "
          "'required' tag",
          "Key: 'Config.SingleMigrations' Error:Field validation for 'SingleMigrations' failed on "
          "the 'min' tag",
          "Key: 'Config.LogLevel' Error:Field validation for 'LogLevel' failed on the 'logLevel' "
          "tag",
          "MIGRATOR_BASE_LOCATION"}) {
        EXPECT_TRUE(contains(error, part)) << part << "\nin\n" << error;
    }
    EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 4);
}

TEST(Errors, SayWhatIsMissingInAnEmptyFile) {
    for (const char* yaml : {"", "# nothing\n", "---\n", "~\n"}) {
        EXPECT_TRUE(contains(error_of(yaml), "'Config.BaseLocation'")) << yaml;
    }
}

TEST(Errors, NameTheLineAndWhatIsAllowed) {
    const struct {
        const char* line;
        const char* field;
        const char* tag;
        const char* allowed;
    } cases[] = {
        {"port: 65536", "Port", "range", "from 0 to 65535, not 65536"},
        {"port: -1", "Port", "range", "from 0 to 65535"},
        {"port: 80a", "Port", "range", "from 0 to 65535"},
        {"port: 0x50", "Port", "range", "from 0 to 65535"},
        {"port: 99999999999999999999", "Port", "range", "from 0 to 65535"},
        {"logLevel: debug", "LogLevel", "logLevel", "DEBUG, INFO, WARN, ERROR, PANIC, not debug"},
        {"logFormat: xml", "LogFormat", "oneof", "text, json"},
        {"checksumVerification: no", "ChecksumVerification", "oneof", "fail, warn, off"},
        {"atomicity: statement", "Atomicity", "oneof", "version, tenant"},
        {"lockTimeout: 30x", "LockTimeout", "duration", "500ms, 30s, 5m, 1h"},
        {"lockTimeout: -1s", "LockTimeout", "duration", "500ms, 30s, 5m, 1h"},
        {"lockTimeout: s", "LockTimeout", "duration", "500ms, 30s, 5m, 1h"},
        {"lockTimeout: 1.5s", "LockTimeout", "duration", "500ms, 30s, 5m, 1h"},
        {"lockTimeout: 1m30s", "LockTimeout", "duration", "500ms, 30s, 5m, 1h"},
        {"lockTimeout: 2147484", "LockTimeout", "duration", "at most 2147483647ms"},
        {"lockTimeout: 18446744073709551617ms", "LockTimeout", "duration", "at most"},
        {"lockTimeout: 5124095576030432h", "LockTimeout", "duration", "at most"},
        {"keepAliveTimeout: 0", "KeepAliveTimeout", "duration", "greater than 0"},
        {"batchBytes: 256k", "BatchBytes", "range", "integer"},
        {"batchBytes: 536870913", "BatchBytes", "range", "to 536870912"},
        {"maxConnections: 0", "MaxConnections", "range", "from 1"},
        {"maxBodyBytes: 0", "MaxBodyBytes", "range", "from 1"},
        {"parallelism: 0", "Parallelism", "range", "from 1"},
        {"maxFailures: 101%", "MaxFailures", "range", "5%"},
        {"maxFailures: '%'", "MaxFailures", "range", "5%"},
        {"maxFailures: few", "MaxFailures", "range", "5%"},
        {"listenAddress: localhost", "ListenAddress", "ip", "127.0.0.1"},
        {"s3AddressingStyle: host", "S3AddressingStyle", "oneof", "auto, path, virtual"},
        {"s3Anonymous: yes", "S3Anonymous", "oneof", "true, false"},
        {"tenantMigrations: ['a', '']", "TenantMigrations", "required", "element 2 is empty"},
        {"noTransaction: ['']", "NoTransaction", "required", "element 1 is empty"},
        {"webHookHeaders: ['A: b', nonsense]", "WebHookHeaders", "header", "element 2"},
        {"webHookHeaders: [': b']", "WebHookHeaders", "header", "element 1"},
        {"webHookHeaders: ['A b: c']", "WebHookHeaders", "header", "element 1"},
        {"webHookHeaders: [\"A: b\\ec\"]", "WebHookHeaders", "header", "control character"},
        {"webHookHeaders: [\"A: b\\r\\nC: d\"]", "WebHookHeaders", "header", "line break"},
        {"setRole: \"a\\0b\"", "SetRole", "string", "NUL"},
        {"schemaPlaceHolder: {schema}",
         "SchemaPlaceHolder",
         "string",
         "schemaPlaceHolder: \"{schema}\""},
        {"pathPrefix: [a]", "PathPrefix", "string", "quote the value"},
        {"tenantMigrations: a", "TenantMigrations", "list", "\"- …\""},
        {"tenantMigrations: {a: b}", "TenantMigrations", "list", "must be a list"},
        {"tenantMigrations: [[a]]", "TenantMigrations", "string", "element"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.line);
        const std::string error = error_of(kMinimal + c.line + "\n");
        EXPECT_TRUE(contains(error, std::string("Key: 'Config.") + c.field + "'")) << error;
        EXPECT_TRUE(contains(error, std::string("on the '") + c.tag + "' tag")) << error;
        EXPECT_TRUE(contains(error, "migrator.yaml:5: ")) << error;
        EXPECT_TRUE(contains(error, c.allowed)) << error;
        EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 0) << error;
    }
}

TEST(Errors, RefuseAWebhookThatIsNoHttpUrlWithoutRepeatingIt) {
    for (const std::string url :
         {"hunter2",
          "hooks.example.com/hunter2",
          "//hooks.example.com/hunter2",
          "ftp://hooks.example.com/hunter2",
          "file:///hunter2",
          "http:hunter2",
          "http://",
          "http:///hunter2",
          "https://?hunter2",
          "https://:8080/hunter2",
          "https://user:hunter2@/x",
          "https://hooks.example.com:hunter2/x",
          "https://hooks.example.com:99999/hunter2",
          "https://hooks.example.com/hunter2 x",
          "https://hooks.exa mple.com/hunter2",
          "https://[::1/hunter2"}) {
        SCOPED_TRACE(url);
        const std::string error = error_of(kMinimal + "webHookURL: '" + url + "'\n");
        EXPECT_TRUE(contains(error, "Key: 'Config.WebHookURL' Error:")) << error;
        EXPECT_TRUE(contains(error, "on the 'url' tag")) << error;
        EXPECT_TRUE(contains(error, "migrator.yaml:5: webHookURL must be an http or https URL"))
            << error;
        EXPECT_FALSE(contains(error, "hunter2")) << error;
    }
}

TEST(Errors, NeverRepeatAWrongHeaderOfTheWebhook) {
    const Reading reading{
        .yaml = kMinimal + "webHookHeaders: ['hunter2', '${HEADER}']\n",
        .environment = {{"HEADER", "Authorization hunter2"}}};
    const std::string error = reading.error();
    EXPECT_TRUE(contains(error, "webHookHeaders element 1")) << error;
    EXPECT_TRUE(contains(error, "webHookHeaders element 2")) << error;
    EXPECT_FALSE(contains(error, "hunter2")) << error;
}

TEST(Errors, RefuseHalfOfTls) {
    const std::string pair = "tlsCertificate: a.pem\ntlsKey: a.key\n";
    const struct {
        std::string yaml;
        const char* message;
    } cases[] = {
        {"tlsCertificate: a.pem\n", "Config.TlsCertificate' Error:"},
        {"tlsCertificate: a.pem\n", "tlsCertificate needs tlsKey"},
        {"tlsKey: a.key\n", "tlsKey needs tlsCertificate"},
        {"tlsClientCa: ca.pem\n", "tlsClientCa needs tlsCertificate"},
        {pair + "tlsClientCertificates: optional\n", "tlsClientCertificates needs tlsClientCa"},
        {pair + "tlsClientCa: ca.pem\ntlsClientCertificates: none\n", "optional, required"},
        {"tlsCertificate: ''\ntlsKey: ' '\n", "tlsCertificate is empty"},
        {pair + "tlsClientCa: ${NOT_SET}\n", "tlsClientCa is empty"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.yaml);
        const std::string error = error_of(kMinimal + c.yaml);
        EXPECT_TRUE(contains(error, c.message)) << error;
    }
    EXPECT_EQ(read_yaml(kMinimal + pair).http.tls.key, "a.key");
}

TEST(Errors, NameTheVariableOrTheFlag) {
    Reading reading{.environment = {{"MIGRATOR_PORT", "x"}}, .overrides = {{"runQueue", "y"}}};
    const std::string error = reading.error();
    EXPECT_TRUE(contains(error, "(environment variable MIGRATOR_PORT: port must be")) << error;
    EXPECT_TRUE(contains(error, "(command line: runQueue must be")) << error;

    reading = {.overrides = {{"prot", "1"}}};
    EXPECT_TRUE(contains(reading.error(), "unknown key prot; did you mean port?"));
}

TEST(Errors, RefuseDriversThatAreNotBuilt) {
    const struct {
        const char* driver;
        const char* text;
    } cases[] = {
        {"mongodb", "driver mongodb is not supported yet"},
        {"oracle", "unknown driver: oracle"},
        {"Postgres", "unknown driver: Postgres"},
    };
    for (const auto& c : cases) {
        const std::string error = error_of(
            std::string("baseLocation: /a\ndataSource: x=1\nsingleMigrations: [a]\ndriver: ") +
            c.driver + "\n"
        );
        EXPECT_TRUE(contains(error, c.text)) << error;
        EXPECT_TRUE(contains(error, "migrator.yaml:4")) << error;
    }
}

TEST(Errors, NeverRepeatADriverThatMayBeADataSource) {
    const std::string error = error_of(
        "baseLocation: /a\ndataSource: postgres\nsingleMigrations: [a]\n"
        "driver: user=x password=hunter2\n"
    );
    EXPECT_TRUE(contains(error, "unknown driver")) << error;
    EXPECT_FALSE(contains(error, "hunter2")) << error;
}

TEST(Errors, SayWhyAVersionIsNotAtomicOnSqlite) {
    const std::string error = error_of(
        "baseLocation: /a\ndriver: sqlite\ndataSource: a.db\nsingleMigrations: [a]\n"
        "atomicity: version\n"
    );
    EXPECT_TRUE(contains(error, "'Config.Atomicity'")) << error;
    EXPECT_TRUE(contains(error, "SQLite")) << error;
}

TEST(Errors, NameBothLinesOfADuplicateKey) {
    const std::string known = error_of(kMinimal + "driver: sqlite\n");
    EXPECT_TRUE(contains(known, "migrator.yaml:5: duplicate key driver")) << known;
    EXPECT_TRUE(contains(known, "line 2")) << known;
    EXPECT_TRUE(contains(error_of(kMinimal + "other: 1\nother: 2\n"), "duplicate key other"));
}

TEST(Errors, GiveLineAndColumnOfAYamlError) {
    const struct {
        const char* yaml;
        const char* place;
    } cases[] = {
        {"driver: postgres\n  port: 1\n", "migrator.yaml:2:"},
        {"driver: postgres\n\tport: 1\n", "migrator.yaml:2:1: not valid YAML"},
        {"driver: 'postgres\n", "migrator.yaml:1:9: not valid YAML: unterminated quoted string"},
        {"driver: a\nport: \"1\nlogLevel: x\n",
         "migrator.yaml:2:7: not valid YAML: unterminated quoted string"},
        {"driver: a\nsingleMigrations:\n- a\n- 'b\n", "migrator.yaml:4:3: not valid YAML"},
        {"driver: a: b\n", "migrator.yaml:1:"},
        {"driver: [a\n", "not valid YAML"},
        {"dataSource: *hunter2\n", "migrator.yaml:1:13: not valid YAML"},
        {"just a text\n", "not a mapping"},
        {"- a\n- b\n", "not a mapping"},
    };
    for (const auto& c : cases) {
        const std::string error = error_of(c.yaml);
        EXPECT_TRUE(contains(error, c.place)) << error;
        EXPECT_FALSE(contains(error, "hunter2")) << error;
    }
}

TEST(Errors, TakeNoOtherEndOfAFileForAnOpenQuote) {
    for (const std::string end :
         {"",
          "...\n",
          "---\nport: 1\n",
          "# it's\n",
          "setRole: |\n  it's\n",
          "setRole: it's",
          "setRole: 'it''s'",
          "setRole: >\n  a\n\n\n"}) {
        EXPECT_EQ(read_yaml(kMinimal + end).database.driver, "postgres") << end;
    }
    const Config in_braces = read_yaml(
        "{baseLocation: /a, driver: sqlite, dataSource: \"it's\", \"singleMigrations\": [\"a\"]}"
    );
    EXPECT_EQ(in_braces.database.data_source, "it's");
}

TEST(Errors, RefuseAFileThatIsNoConfiguration) {
    EXPECT_TRUE(contains(error_of(std::string("driver: a\0b\n", 12)), "not a UTF-8 text file"));
    EXPECT_TRUE(contains(error_of("driver: \xff\xfe\n"), "not a UTF-8 text file"));
    EXPECT_TRUE(contains(error_of(std::string(2'000'000, '#')), "larger than"));
    EXPECT_NE(error_of(std::string(100'000, '[')), "");
    EXPECT_TRUE(contains(error_of("[a]: b\n" + kMinimal), "a key must be a single word"));
}

TEST(Errors, SurviveAMergeKeyThatContainsItself) {
    const Config config = read_yaml("<<: &x {<<: *x, port: 81}\n" + kMinimal);
    EXPECT_EQ(config.http.port, 81);
}

TEST(Errors, SayThatTheFileIsMissingAsTheGoProgramDoes) {
    const Reading reading;
    try {
        config::read("/nowhere/migrator.yaml", {}, reading.lookups());
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Configuration);
        EXPECT_STREQ(error.what(), "open /nowhere/migrator.yaml: no such file or directory");
    }
    const migrator::test::TempDir folder;
    try {
        config::read(folder.path().string(), {}, reading.lookups());
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_TRUE(contains(error.what(), "is a directory"));
    }
}

TEST(Errors, ReportAWrongShapeOnlyOnce) {
    const std::string error =
        error_of("baseLocation: {a}\ndriver: [x]\ndataSource: postgres\nsingleMigrations: one\n");
    EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 2) << error;
}

}  // namespace
}  // namespace migrator::config::test
