#include <gtest/gtest.h>

#include <atomic>

#include "client.hpp"
#include "running_server.hpp"

namespace migrator::http::test {
namespace {

constexpr const char* kHeaders[] = {
    "X-Content-Type-Options: nosniff\r\n",
    "Cache-Control: no-store\r\n",
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n",
    "Referrer-Policy: no-referrer\r\n",
    "Cross-Origin-Resource-Policy: same-origin\r\n"};

std::string from_page(std::string_view origin, std::string_view type) {
    return "POST /change HTTP/1.1\r\nHost: localhost\r\nOrigin: " + std::string(origin) +
           "\r\nContent-Type: " + std::string(type) + "\r\nContent-Length: 2\r\n\r\n{}";
}

class ServerBrowser : public testing::Test {
protected:
    ServerBrowser() {
        const auto change = [this](const Request&) {
            ++changes;
            return text("changed");
        };
        router.add("POST", "/change", Lane::Quick, change);
        router.add("GET", "/page/", Lane::Quick, [](const Request&) {
            Response response = text("page");
            response.headers.emplace_back("content-security-policy", "default-src 'self'");
            return response;
        });
        router.add_bare("GET", "/bare", Lane::Quick, [](const Request&) { return text("bare"); });
    }

    Router router;
    std::atomic<int> changes = 0;
};

TEST_F(ServerBrowser, RefusesAForeignPageBeforeItsHandler) {
    const RunningServer server(options(), router);
    Client client(server.port());
    const Answer refused = client.ask(from_page("https://evil.example", "text/plain"));
    EXPECT_EQ(refused.status, 403);
    EXPECT_TRUE(refused.has("Content-Type: application/json"));
    EXPECT_TRUE(refused.body.starts_with(R"({"error":")"));
    EXPECT_EQ(changes, 0);
    // The connection is a proxy's, perhaps: what others send over it is answered.
    EXPECT_EQ(client.ask(from_page("http://localhost", "application/json")).body, "changed");
    EXPECT_EQ(changes, 1);
}

TEST_F(ServerBrowser, LetsPagesOfAllowedHosts) {
    Options with_host = options();
    with_host.allowed_hosts = {"migrator.example.com"};
    const RunningServer server(with_host, router);
    Client client(server.port());
    const std::string request = from_page("https://migrator.example.com", "application/json");
    EXPECT_EQ(client.ask(request).body, "changed");
}

TEST_F(ServerBrowser, LimitsWhatBrowsersDoWithEveryAnswer) {
    const RunningServer server(options(), router);
    const struct {
        const char* name;
        std::string request;
        int status;
    } cases[] = {
        {"answer", from_page("http://localhost", "application/json"), 200},
        {"bare", request("GET", "/bare"), 200},
        {"redirect", request("GET", "/page"), 301},
        {"not found", request("GET", "/other"), 404},
        {"wrong method", request("GET", "/change"), 405},
        {"foreign page", from_page("https://evil.example", "text/plain"), 403},
        {"no request", "nonsense\r\n\r\n", 400},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const Answer answer = Client(server.port()).ask(c.request);
        EXPECT_EQ(answer.status, c.status);
        for (const char* header : kHeaders) EXPECT_TRUE(answer.has(header)) << answer.head;
    }
}

TEST_F(ServerBrowser, KeepsAHeaderThatAnAnswerHas) {
    const RunningServer server(options(), router);
    const Answer answer = Client(server.port()).ask(request("GET", "/page/"));
    EXPECT_TRUE(answer.has("content-security-policy: default-src 'self'\r\n"));
    EXPECT_FALSE(answer.has("Content-Security-Policy: "));
}

}  // namespace
}  // namespace migrator::http::test
