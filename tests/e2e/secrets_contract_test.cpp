// A secret that somebody has put anywhere into the configuration, rightly or by mistake, is in no
// output: of the commands, of the service, of its log. Every place is tried, well formed and not.
// No server is needed: nothing listens at port 1.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "e2e/service.hpp"
#include "support/temp_dir.hpp"

namespace migrator::e2e {
namespace {

constexpr const char* kSecret = "HUSH5";

struct Case {
    std::string name;
    std::string yaml;       ///< `{db}`: where no database is
    bool is_whole = false;  ///< no other keys are added
    std::map<std::string, std::string> environment{};
    std::vector<std::string> arguments{};
};

std::vector<Case> cases() {
    return {
        {.name = "kv plain", .yaml = R"(dataSource: "{db} user=app password=HUSH5")"},
        {.name = "kv space in pw", .yaml = R"(dataSource: "{db} user=app password=pa HUSH5 ss")"},
        {.name = "kv quote in pw", .yaml = R"(dataSource: "{db} user=app password=pa'HUSH5")"},
        {.name = "kv unclosed quote", .yaml = R"(dataSource: "{db} user=app password='HUSH5")"},
        {.name = "kv backslash end", .yaml = R"(dataSource: "{db} user=app password=HUSH5\\")"},
        {.name = "kv spaces around =", .yaml = R"(dataSource: "{db} user=app password = HUSH5")"},
        {.name = "kv upper", .yaml = R"(dataSource: "{db} user=app PASSWORD=HUSH5")"},
        {.name = "kv pwd", .yaml = R"(dataSource: "{db} user=app pwd=HUSH5")"},
        {.name = "kv semicolons",
         .yaml = R"(dataSource: "host=127.0.0.1;port=1;user=app;password=HUSH5")"},
        {.name = "kv eq in pw", .yaml = R"(dataSource: "{db} user=app password=a=HUSH5=x")"},
        {.name = "kv pw twice",
         .yaml = R"(dataSource: "{db} user=app password=HUSH5 password=HUSH5b")"},
        {.name = "kv in user", .yaml = R"(dataSource: "{db} user=app/HUSH5")"},
        {.name = "kv in host",
         .yaml = R"(dataSource: "user=app host=app:HUSH5@127.0.0.1 port=1 connect_timeout=2")"},
        {.name = "kv options",
         .yaml = R"(dataSource: "{db} user=app options='-c my.secret=HUSH5'")"},
        {.name = "kv unknown session",
         .yaml = R"(dataSource: "{db} user=app password=x my.key=HUSH5")"},
        {.name = "kv sslpassword",
         .yaml = R"(dataSource: "{db} user=app password=x sslpassword=HUSH5")"},
        {.name = "kv newline", .yaml = R"(dataSource: "{db} user=app\npassword=HUSH5\n")"},
        {.name = "url",
         .yaml = R"(dataSource: "postgres://app:HUSH5@127.0.0.1:1/svc?sslmode=disable")"},
        {.name = "url @ in pw", .yaml = R"(dataSource: "postgres://app:p@HUSH5@127.0.0.1:1/svc")"},
        {.name = "url / in pw", .yaml = R"(dataSource: "postgres://app:p/HUSH5@127.0.0.1:1/svc")"},
        {.name = "url # in pw", .yaml = R"(dataSource: "postgres://app:p#HUSH5@127.0.0.1:1/svc")"},
        {.name = "url ? in pw", .yaml = R"(dataSource: "postgres://app:p?HUSH5@127.0.0.1:1/svc")"},
        {.name = "url : in pw", .yaml = R"(dataSource: "postgres://app:p:HUSH5@127.0.0.1:1/svc")"},
        {.name = "url bad %", .yaml = R"(dataSource: "postgres://app:%zzHUSH5@127.0.0.1:1/svc")"},
        {.name = "url %00", .yaml = R"(dataSource: "postgres://app:%00HUSH5@127.0.0.1:1/svc")"},
        {.name = "url %25 enc",
         .yaml = R"(dataSource: "postgres://app:p%40HUSH5@127.0.0.1:1/svc?sslmode=disable")"},
        {.name = "url query pw",
         .yaml =
             R"(dataSource: "postgres://127.0.0.1:1/svc?user=app&password=HUSH5&sslmode=disable")"},
        {.name = "url user only secret",
         .yaml = R"(dataSource: "postgres://HUSH5@127.0.0.1:1/svc")"},
        {.name = "url typo scheme", .yaml = R"(dataSource: "postgre://app:HUSH5@127.0.0.1:1/svc")"},
        {.name = "url bad port",
         .yaml = R"(dataSource: "postgres://app:HUSH5@127.0.0.1:port/svc")"},
        {.name = "url bad host dns",
         .yaml =
             R"(dataSource: "postgres://app:HUSH5@no.such.host.invalid:1/svc?connect_timeout=2")"},
        {.name = "jdbc",
         .yaml = R"(dataSource: "jdbc:postgresql://127.0.0.1/svc?user=app&password=HUSH5")"},
        {.name = "env subst",
         .yaml = R"(dataSource: "{db} user=app password='${DBP}'")",
         .environment = {{"DBP", "HUSH5"}}},
        {.name = "env subst in dbname",
         .yaml = R"(dataSource: "{db} user=app password=x dbname=${DBP}")",
         .environment = {{"DBP", "HUSH5"}}},
        {.name = "env subst in host",
         .yaml = R"(dataSource: "{db} user=app password=${DBP}")",
         .environment = {{"DBP", R"(a'HUSH5 \)"}}},
        {.name = "whole env",
         .yaml = R"(dataSource: "${DS}")",
         .environment = {{"DS", "{db} user=app password=HUSH5"}}},
        {.name = "MIGRATOR_DATA_SOURCE",
         .yaml = "",
         .environment = {{"MIGRATOR_DATA_SOURCE", "{db} user=app password=HUSH5"}}},
        {.name = "PGPASSWORD",
         .yaml = R"(dataSource: "{db} user=app")",
         .environment = {{"PGPASSWORD", "HUSH5"}}},
        {.name = "service file",
         .yaml = R"(dataSource: "service=mine connect_timeout=2")",
         .environment = {{"PGSERVICEFILE", "svc.conf"}}},
        {.name = "service file broken",
         .yaml = R"(dataSource: "service=mine connect_timeout=2")",
         .environment = {{"PGSERVICEFILE", "svcbad.conf"}}},
        {.name = "passfile", .yaml = R"(dataSource: "{db} user=app passfile=pgpass")"},
        {.name = "mysql",
         .yaml = "driver: \"mysql\"\n"
                 "dataSource: \"root:HUSH5@tcp(127.0.0.1:1)/app?timeout=1s\""},
        {.name = "mysql @/",
         .yaml = "driver: \"mysql\"\n"
                 "dataSource: \"root:p@/HUSH5@tcp(127.0.0.1:1)/app?timeout=1s\""},
        {.name = "mysql noslash",
         .yaml = "driver: \"mysql\"\n"
                 "dataSource: \"root:HUSH5@tcp(127.0.0.1:1)\""},
        {.name = "mysql url",
         .yaml = "driver: \"mysql\"\n"
                 "dataSource: \"mysql://root:HUSH5@127.0.0.1:1/app\""},
        {.name = "mysql bad param",
         .yaml = "driver: \"mysql\"\n"
                 "dataSource: \"root:x@tcp(127.0.0.1:1)/app?pw=HUSH5&timeout=1s\""},
        {.name = "mysql bad net",
         .yaml = "driver: \"mysql\"\n"
                 "dataSource: \"root:HUSH5@udp(127.0.0.1:1)/app\""},
        {.name = "mssql",
         .yaml = "driver: \"sqlserver\"\n"
                 "dataSource: \"sqlserver://sa:HUSH5@127.0.0.1:1?database=x&dial+timeout=1\""},
        {.name = "mssql kv",
         .yaml =
             "driver: \"sqlserver\"\n"
             "dataSource: \"server=127.0.0.1;user id=sa;password=HUSH5;port=1;dial timeout=1\""},
        {.name = "mssql kv braces",
         .yaml = "driver: \"sqlserver\"\n"
                 "dataSource: \"odbc:server=127.0.0.1;uid=sa;pwd={HU}}SH5;HUSH5};port=1;dial "
                 "timeout=1\""},
        {.name = "mssql kv unclosed",
         .yaml = "driver: \"sqlserver\"\n"
                 "dataSource: \"odbc:server=127.0.0.1;uid=sa;pwd={HUSH5\""},
        {.name = "sqlite file uri",
         .yaml = "driver: \"sqlite\"\n"
                 "dataSource: \"file:/nonexist/HUSH5.db?key=HUSH5\""},
        {.name = "wrong driver",
         .yaml = "driver: \"oracle\"\n"
                 "dataSource: \"user=a password=HUSH5\""},
        {.name = "webhook path",
         .yaml = "webHookURL: \"http://127.0.0.1:1/HUSH5/x?sig=HUSH5#HUSH5\"\n"
                 "dataSource: \"postgres://postgres@127.0.0.1:1/svc?sslmode=disable\""},
        {.name = "webhook userinfo",
         .yaml = "webHookURL: \"http://u:HUSH5@127.0.0.1:1/\"\n"
                 "dataSource: \"postgres://postgres@127.0.0.1:1/svc?sslmode=disable\""},
        {.name = "webhook bad scheme",
         .yaml = "webHookURL: \"ftp://u:HUSH5@127.0.0.1:1/HUSH5\"\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "webhook no scheme",
         .yaml = "webHookURL: \"hooks.slack.com/services/HUSH5\"\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "webhook host secret",
         .yaml = "webHookURL: \"http://HUSH5@127.0.0.1:1/\"\n"
                 "dataSource: \"postgres://postgres@127.0.0.1:1/svc?sslmode=disable\""},
        {.name = "webhook space",
         .yaml = "webHookURL: \"http://127.0.0.1:1/a HUSH5\"\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "webhook header no colon",
         .yaml = "webHookURL: \"http://127.0.0.1:1/\"\n"
                 "webHookHeaders: [\"Authorization Bearer HUSH5\"]\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "webhook header newline",
         .yaml = "webHookURL: \"http://127.0.0.1:1/\"\n"
                 "webHookHeaders: [\"Authorization: a\\nX: HUSH5\"]\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "webhook header name secret",
         .yaml = "webHookURL: \"http://127.0.0.1:1/\"\n"
                 "webHookHeaders: [\"HUSH5: \"]\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "webhook template",
         .yaml = "webHookURL: \"http://127.0.0.1:1/\"\n"
                 "webHookTemplate: \"{\\\"token\\\":\\\"HUSH5\\\"}\"\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "s3 userinfo",
         .yaml = "baseLocation: \"s3://KEY:HUSH5@bucket/p\"\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "s3 query",
         .yaml = "baseLocation: \"s3://bucket/p?X-Amz-Signature=HUSH5\"\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "s3 endpoint",
         .yaml = "baseLocation: \"s3://bucket/p\"\n"
                 "s3Endpoint: \"http://k:HUSH5@127.0.0.1:1\"\n"
                 "s3Anonymous: \"true\"\n"
                 "s3Region: \"x\"\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "azure sas",
         .yaml = "baseLocation: \"https://acc.blob.core.windows.net/c?sig=HUSH5\"\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "aws keys",
         .yaml = "baseLocation: \"s3://bucket/p\"\n"
                 "s3Endpoint: \"http://127.0.0.1:1\"\n"
                 "s3Region: \"x\"\n"
                 "dataSource: \"{db} user=app\"",
         .environment =
             {{"AWS_ACCESS_KEY_ID", "AK"},
              {"AWS_SECRET_ACCESS_KEY", "HUSH5"},
              {"AWS_SESSION_TOKEN", "HUSH5"}}},
        {.name = "typo key",
         .yaml = "datasource: \"user=a password=HUSH5\"\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "typo key2", .yaml = R"(dataSources: "user=a password=HUSH5")"},
        {.name = "typo password key",
         .yaml = "password: \"HUSH5\"\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "list in ds", .yaml = R"(dataSource: ["HUSH5"])"},
        {.name = "map in ds", .yaml = R"(dataSource: {"password": "HUSH5"})"},
        {.name = "port is secret var",
         .yaml = "port: \"${X}\"\n"
                 "dataSource: \"{db} user=app\"",
         .environment = {{"X", "HUSH5"}}},
        {.name = "port literal",
         .yaml = "port: \"HUSH5\"\n"
                 "dataSource: \"{db} user=app\""},
        {.name = "--set",
         .yaml = "",
         .arguments = {"--set", "dataSource=user=a password=HUSH5 bogus"}},
        {.name = "--set typo",
         .yaml = "",
         .arguments = {"--set", "dataSourc=user=a password=HUSH5"}},
        {.name = "tenantInsert w secret",
         .yaml = "tenantSelect: \"select pgp_sym_decrypt(n,'HUSH5') from t\"\n"
                 "tenantInsert: \"insert into t values ($1,'HUSH5')\"\n"
                 "dataSource: \"postgres://postgres@127.0.0.1:1/svc?sslmode=disable\""},
        {.name = "yaml broken",
         .yaml = "baseLocation: m\n"
                 "driver: postgres\n"
                 "dataSource: \"user=a password=HUSH5\n"
                 "singleMigrations: [x]",
         .is_whole = true},
        {.name = "yaml broken2",
         .yaml = "baseLocation: m\n"
                 "driver: postgres\n"
                 "dataSource: user=a password: HUSH5",
         .is_whole = true},
        {.name = "yaml broken3", .yaml = "dataSource: {user=a password=HUSH5", .is_whole = true},
        {.name = "yaml dup",
         .yaml = "dataSource: HUSH5\n"
                 "dataSource: HUSH5",
         .is_whole = true},
        {.name = "yaml anchor", .yaml = "dataSource: *HUSH5", .is_whole = true},
        {.name = "yaml tag",
         .yaml = "dataSource: !HUSH5 HUSH5\n"
                 "baseLocation: [HUSH5",
         .is_whole = true},
    };
}

std::string with_database(std::string text) {
    constexpr std::string_view kPlace = "{db}";
    for (std::size_t at = 0; (at = text.find(kPlace, at)) != std::string::npos;) {
        text.replace(
            at, kPlace.size(), "host=127.0.0.1 port=1 dbname=svc sslmode=disable connect_timeout=2"
        );
    }
    return text;
}

class NoSecretShown : public ::testing::TestWithParam<Case> {
protected:
    NoSecretShown() {
        std::filesystem::create_directories(folder_.path() / "m/pub");
        folder_.write("m/pub/1.sql", "select 1;");
        folder_.write(
            "svc.conf", "[mine]\nhost=127.0.0.1\nport=1\nuser=app\ndbname=svc\npassword=HUSH5\n"
        );
        folder_.write("svcbad.conf", "[mine]\nhost=127.0.0.1\npasswd=HUSH5\nHUSH5\n");
        folder_.write("pgpass", "127.0.0.1:1:svc:app:HUSH5\n");
        environment_ = GetParam().environment;
        for (auto& [name, value] : environment_) value = with_database(value);
        environment_["HOME"] = folder_.path().string();
        folder_.write("c.yaml", configuration());
    }

    static std::string configuration() {
        const std::string own = "\n" + with_database(GetParam().yaml) + "\n";
        if (GetParam().is_whole) return own.substr(1);
        std::string text = "port: 0\nlistenAddress: 127.0.0.1\n";
        for (const char* line :
             {"baseLocation: m\n", "driver: postgres\n", "singleMigrations: [pub]\n"}) {
            const std::string key = line;
            if (own.find("\n" + key.substr(0, key.find(':') + 1)) == std::string::npos)
                text += line;
        }
        if (own.find("\nport:") != std::string::npos) text.erase(0, text.find('\n') + 1);
        return text + own.substr(1);
    }

    std::vector<std::string> command(std::vector<std::string> arguments) const {
        const auto& more = GetParam().arguments;
        arguments.insert(arguments.end(), {"--config", "c.yaml"});
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }

    static void expect_without_secret(const std::string& text) {
        EXPECT_EQ(text.find(kSecret), std::string::npos) << text;
    }

    const test::TempDir folder_;
    std::map<std::string, std::string> environment_;
};

TEST_P(NoSecretShown, ByCommands) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"config"},
          {"validate"},
          {"validate", "--offline", "--json"},
          {"plan", "--json"},
          {"apply", "--log-level", "DEBUG"},
          {"status", "--json"}}) {
        SCOPED_TRACE(arguments.front());
        const auto result =
            test::run_migrator(command(arguments), environment_, folder_.path().string());
        EXPECT_LT(result.exit_code, 128);
        expect_without_secret(result.out);
        expect_without_secret(result.err);
    }
}

TEST_P(NoSecretShown, ByTheService) {
    std::vector<std::string> arguments = command({"serve", "--log-level", "DEBUG"});
    arguments.insert(arguments.begin(), test::migrator_binary());
    test::Process process(arguments, environment_, folder_.path().string());
    std::string line;
    try {
        line = process.wait_for_line("listening on ");
    } catch (const std::runtime_error&) {  // it has refused to start
    }
    if (!line.empty()) {
        const auto port = static_cast<std::uint16_t>(std::stoul(line.substr(line.rfind(':') + 1)));
        for (const char* target :
             {"/v1/config", "/v2/config", "/health", "/v1/tenants", "/v1/status"}) {
            SCOPED_TRACE(target);
            http::test::Client client(port);
            const Answer answer =
                client.ask(std::string("GET ") + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            EXPECT_NE(answer.status, 0);
            expect_without_secret(answer.head + answer.body);
        }
        process.send_signal(SIGTERM);
    }
    const auto result = process.wait();
    EXPECT_LT(result.exit_code, 128);
    expect_without_secret(result.out);
    expect_without_secret(result.err);
}

std::string name_of(const ::testing::TestParamInfo<Case>& tested) {
    std::string name;
    for (const char c : tested.param.name) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
    }
    return name + "_" + std::to_string(tested.index);
}

INSTANTIATE_TEST_SUITE_P(Secrets, NoSecretShown, ::testing::ValuesIn(cases()), name_of);

}  // namespace
}  // namespace migrator::e2e
