#include "reading.hpp"

namespace migrator::config::test {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

TEST(Webhook, IsNotConfiguredByDefault) {
    const Config config = read_yaml(kMinimal + "webHookURL: ' '\n");
    EXPECT_EQ(config.notifier.url, "");
    EXPECT_EQ(config.notifier.headers, Headers{});
    EXPECT_EQ(config.notifier.body_template, "");
}

TEST(Webhook, HasUrlHeadersAndTemplate) {
    const Reading reading{
        .yaml = kMinimal +
                "webHookURL: ' https://${HOST}/services/x?y=${KEY} '\n"
                "webHookHeaders: ['Authorization: Bearer ${KEY}', ' X-Two :a: b ', 'X-Empty:']\n"
                "webHookTemplate: '{\"text\": \"${summary} ${summary.versionId} ${HOST} \"}'\n",
        .environment = {{"HOST", "hooks.example.com"}, {"KEY", "k"}}};
    const Config config = reading.read();
    EXPECT_EQ(config.notifier.url, "https://hooks.example.com/services/x?y=k");
    EXPECT_EQ(
        config.notifier.headers,
        (Headers{{"Authorization", "Bearer k"}, {"X-Two", "a: b"}, {"X-Empty", ""}})
    );
    EXPECT_EQ(
        config.notifier.body_template,
        R"({"text": "${summary} ${summary.versionId} hooks.example.com "})"
    );
    EXPECT_EQ(config.warnings, std::vector<std::string>{});
}

TEST(Webhook, TakesEveryFormOfAnHttpUrl) {
    for (const std::string url :
         {"http://a",
          "HTTPS://Hooks.Example.com",
          "http://localhost:8080/x",
          "http://127.0.0.1?x",
          "https://[::1]:8443/x",
          "https://user:p%40ss@hooks.example.com/@x#y",
          "https://b\xC3\xBC"
          "cher.example/x"}) {
        EXPECT_EQ(read_yaml(kMinimal + "webHookURL: '" + url + "'\n").notifier.url, url);
    }
}

TEST(Webhook, TakesTheLastOfHeadersWithTheSameName) {
    const Config config = read_yaml(
        kMinimal + "webHookHeaders: ['X-A: 1', 'X-B: 2', 'x-a: 3', 'X-C: 4', 'X-A : 5']\n"
    );
    EXPECT_EQ(config.notifier.headers, (Headers{{"X-A", "5"}, {"X-B", "2"}, {"X-C", "4"}}));
}

TEST(Spool, HasItsDirectoryAndSize) {
    const Config config = read_yaml(kMinimal + "spoolDir: /var/spool\nspoolBytes: 1000\n");
    EXPECT_EQ(config.spool.directory, "/var/spool");
    EXPECT_EQ(config.spool.total_bytes, 1000U);
    EXPECT_EQ(config.warnings, std::vector<std::string>{});
}

TEST(Spool, IsInTheTemporaryDirectoryOfTheSystemByDefault) {
    const struct {
        std::map<std::string, std::string> environment;
        const char* directory;
    } cases[] = {
        {{}, "/tmp"},
        {{{"TMPDIR", ""}}, "/tmp"},
        {{{"TMPDIR", "/scratch"}}, "/scratch"},
        {{{"TMPDIR", "/scratch"}, {"MIGRATOR_SPOOL_DIR", "/spool"}}, "/spool"}};
    for (const auto& c : cases) {
        const Reading reading{.environment = c.environment};
        EXPECT_EQ(reading.read().spool.directory, c.directory);
    }
    const http::SpoolOptions defaults;
    const Config config = read_yaml(kMinimal);
    EXPECT_EQ(config.spool.total_bytes, defaults.total_bytes);
    EXPECT_EQ(config.spool.memory_bytes, defaults.memory_bytes);
}

}  // namespace
}  // namespace migrator::config::test
