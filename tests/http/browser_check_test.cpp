#include "http/browser_check.hpp"

#include <gtest/gtest.h>

namespace migrator::http {
namespace {

struct Case {
    const char* name;
    Headers headers;
    std::string method = "POST";
    std::string body = "{}";
    const char* peer = "203.0.113.5";
    unsigned version = 11;
};

std::optional<std::string> problem(const Case& c) {
    Request request;
    request.method = c.method;
    request.headers = c.headers;
    request.body = c.body;
    const std::vector<std::string> allowed{"migrator.example.com"};
    return browser_problem(
        request, {.peer = IpAddress::parse(c.peer), .version = c.version, .allowed_hosts = allowed}
    );
}

const std::pair<std::string, std::string> kJsonType{"Content-Type", "application/json"};
const std::pair<std::string, std::string> kText{"Content-Type", "text/plain"};
const std::pair<std::string, std::string> kChrome{"User-Agent", "Mozilla/5.0 (X11) Chrome/130"};

TEST(BrowserCheck, RefusesWhatAForeignPageCanSend) {
    const Case cases[] = {
        {"fetch without CORS", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}}},
        {"its image", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}}, "GET", ""},
        {"its form", {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}, kJsonType}},
        {"a site that is unknown", {{"Sec-Fetch-Site", ""}, kJsonType}},
        {"a preflight", {{"Sec-Fetch-Site", "cross-site"}}, "OPTIONS", ""},
        {"an origin", {{"Origin", "https://evil.example"}, kText}},
        {"an origin, and JSON", {{"Origin", "https://evil.example"}, kJsonType}},
        {"a page without an origin", {{"Origin", "null"}, kJsonType}},
        {"an extension", {{"Origin", "chrome-extension://abcdef"}, kJsonType}},
        {"a subdomain of an allowed host",
         {{"Origin", "https://a.migrator.example.com"}, kJsonType}},
        {"an allowed host in front",
         {{"Origin", "https://migrator.example.com.evil.example"}, kJsonType}},
        {"localhost in front", {{"Origin", "http://localhost.evil.example"}, kJsonType}},
        {"a name that seems to be an address", {{"Origin", "http://127.0.0.1.nip.io"}, kJsonType}},
        {"rebinding",
         {{"Origin", "http://evil.example:8080"},
          {"Sec-Fetch-Site", "same-origin"},
          {"Host", "evil.example:8080"},
          kJsonType}},
        {"rebinding, without a body",
         {{"Origin", "http://evil.example:8080"}, {"Host", "evil.example:8080"}},
         "DELETE",
         ""},
        {"a form of a page on an address", {{"Origin", "http://203.0.113.9"}, kText}},
        {"a body without a type", {{"Sec-Fetch-Site", "same-origin"}}},
        {"a type that only holds the word",
         {{"Sec-Fetch-Site", "same-origin"}, {"Content-Type", "text/plain; application/json"}}},
        {"an encoded form",
         {{"Sec-Fetch-Site", "same-site"}, {"Content-Type", "application/x-www-form-urlencoded"}}},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_TRUE(problem(c));
    }
}

TEST(BrowserCheck, LetsOwnPagesAndPrograms) {
    const Case cases[] = {
        {"curl",
         {{"User-Agent", "curl/8.5.0"}, {"Content-Type", "application/x-www-form-urlencoded"}}},
        {"a program without a type", {{"Host", "anything.example"}}},
        {"Node.js", {{"Sec-Fetch-Mode", "cors"}, {"Accept-Language", "*"}, kText}},
        {"the way back from an identity provider",
         {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}},
         "GET",
         ""},
        {"an address that was typed in", {{"Sec-Fetch-Site", "none"}}, "GET", ""},
        {"its own page",
         {{"Origin", "https://migrator.example.com"},
          {"Sec-Fetch-Site", "same-origin"},
          {"Host", "backend"},
          kJsonType}},
        {"its own page in other letters, with a port",
         {{"Origin", "https://MIGRATOR.example.COM:8443"},
          {"Content-Type", "Application/JSON; charset=utf-8"}}},
        {"another type of JSON",
         {{"Origin", "http://localhost:8080"},
          {"Content-Type", "application/graphql-response+json"}}},
        {"localhost", {{"Origin", "http://localhost:3000"}, kJsonType}},
        {"below localhost", {{"Origin", "http://app.localhost"}, kJsonType}},
        {"loopback", {{"Origin", "http://[::1]:8080"}, kJsonType}},
        {"an address", {{"Origin", "http://10.1.2.3:8080"}, kJsonType}},
        {"a read of another origin", {{"Origin", "https://evil.example"}}, "GET", ""},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(problem(c), std::nullopt);
    }
}

TEST(BrowserCheck, AsksBrowsersOfThisMachineForAHostOfIts) {
    const Headers rebound{{"Host", "evil.example:8080"}, kChrome};
    const auto with = [&](std::pair<std::string, std::string> header) {
        Headers headers = rebound;
        headers.push_back(std::move(header));
        return headers;
    };
    const Case refused[] = {
        {"a read", rebound, "GET", "", "127.0.0.1"},
        {"over IPv6", rebound, "GET", "", "::1"},
        {"in another disguise",
         {{"Host", "evil.example"}, {"User-Agent", "curl"}, {"Accept-Language", "en"}},
         "GET",
         "",
         "127.0.0.1"},
        {"with a dot at its end", {{"Host", "evil.example."}, kChrome}, "GET", "", "127.0.0.1"},
        {"an origin",
         {{"Host", "evil.example"}, {"Origin", "http://evil.example"}},
         "GET",
         "",
         "127.0.0.1",
         10},
    };
    for (const Case& c : refused) {
        SCOPED_TRACE(c.name);
        EXPECT_TRUE(problem(c));
    }
    const Case let[] = {
        {"from elsewhere", rebound, "GET", "", "10.0.0.1"},
        {"through a proxy", with({"X-Forwarded-For", "203.0.113.5"}), "GET", "", "127.0.0.1"},
        {"through nginx as it is", rebound, "GET", "", "127.0.0.1", 10},
        {"a name of a proxy's configuration",
         {{"Host", "backend"}, kChrome},
         "GET",
         "",
         "127.0.0.1"},
        {"curl", {{"Host", "evil.example"}, {"User-Agent", "curl/8"}}, "GET", "", "127.0.0.1"},
        {"localhost", {{"Host", "localhost:8080"}, kChrome}, "GET", "", "127.0.0.1"},
        {"loopback", {{"Host", "[::1]:8080"}, kChrome}, "GET", "", "::1"},
        {"an address", {{"Host", "192.168.1.7"}, kChrome}, "GET", "", "127.0.0.1"},
        {"an allowed name", {{"Host", "migrator.example.com"}, kChrome}, "GET", "", "127.0.0.1"},
    };
    for (const Case& c : let) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(problem(c), std::nullopt);
    }
}

TEST(BrowserCheck, ShowsNoMoreThanASafePartOfWhatWasSent) {
    const auto text =
        problem({"long", {{"Origin", "https://" + std::string(5'000, 'a') + "\x1b[2J"}}});
    ASSERT_TRUE(text);
    EXPECT_LT(text->size(), 400);
    const auto steering = problem({"steering", {{"Origin", "\x1b[2J"}}});
    ASSERT_TRUE(steering);
    EXPECT_EQ(steering->find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace migrator::http
