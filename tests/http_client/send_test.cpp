#include <algorithm>
#include <thread>
#include <vector>

#include "sending.hpp"

namespace migrator::http_client::test {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Keeps each request, and answers 200.
SmallHttpServer::Script keeping(RequestLog& log) {
    return [&log](ServedConnection& connection) {
        log.add(connection.read_request());
        connection.answer(200, "ok");
    };
}

TEST_F(HttpClient, SendsMethodTargetHeadersAndBody) {
    RequestLog log;
    const SmallHttpServer server(keeping(log));
    const Response response = send(
        {.method = "POST",
         .url = server.url("/hook/a%20b?key=v&x=1#part"),
         .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}, {"X-Two", "a: b\tc"}},
         .body = std::string("{\"a\":\0}", 7)}
    );
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "ok");
    const std::string request = log.only();
    EXPECT_TRUE(request.starts_with("POST /hook/a%20b?key=v&x=1 HTTP/1.1\r\n")) << request;
    for (const std::string& line :
         {"Host: " + server.host(),
          std::string("Content-Type: application/json"),
          std::string("Content-Length: 7"),
          std::string("X-Empty:"),
          std::string("X-Two: a: b\tc"),
          std::string("User-Agent: migrator")}) {
        EXPECT_TRUE(contains(request, "\r\n" + line + "\r\n")) << line << "\nin\n" << request;
    }
    EXPECT_TRUE(request.ends_with(std::string("\r\n\r\n{\"a\":\0}", 11))) << request;
}

TEST_F(HttpClient, SendsEveryMethodWithAndWithoutABody) {
    const struct {
        const char* method;
        std::string body;
        std::string length;  ///< header, when there is one
    } cases[] = {
        {"GET", "", ""},
        {"HEAD", "", ""},
        {"POST", "", "Content-Length: 0"},
        {"POST", "b", "Content-Length: 1"},
        {"PUT", "b", "Content-Length: 1"},
        {"PATCH", "b", "Content-Length: 1"},
        {"DELETE", "b", "Content-Length: 1"},
        {"GET", "b", "Content-Length: 1"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.method + (" with " + c.body));
        RequestLog log;
        const SmallHttpServer server(keeping(log));
        const Response response =
            send({.method = c.method, .url = server.url("/x"), .body = c.body});
        EXPECT_EQ(response.body, std::string(c.method) == "HEAD" ? "" : "ok");
        const std::string request = log.only();
        EXPECT_TRUE(request.starts_with(c.method + std::string(" /x HTTP/1.1\r\n"))) << request;
        EXPECT_EQ(contains(request, "Content-Length"), !c.length.empty()) << request;
        EXPECT_TRUE(contains(request, c.length)) << request;
        EXPECT_TRUE(request.ends_with("\r\n\r\n" + c.body)) << request;
        EXPECT_FALSE(contains(request, "Content-Type")) << request;
    }
}

TEST_F(HttpClient, SendsABodyThatIsLongerThanWhatASocketTakes) {
    const std::string body(5'000'000, 'x');
    RequestLog log;
    const SmallHttpServer server(keeping(log));
    EXPECT_EQ(send({.method = "POST", .url = server.url(), .body = body}).status, 200);
    EXPECT_TRUE(log.only().ends_with("\r\n\r\n" + body));
    EXPECT_FALSE(contains(log.only(), "Expect"));
}

TEST_F(HttpClient, LeavesTheLengthOfTheBodyToTheBody) {
    RequestLog log;
    const SmallHttpServer server(keeping(log));
    send(
        {.method = "POST",
         .url = server.url(),
         .headers = {{"content-length", "100"}, {"Transfer-Encoding", "chunked"}, {"A", "b"}},
         .body = "four"}
    );
    EXPECT_TRUE(contains(log.only(), "\r\nContent-Length: 4\r\n")) << log.only();
    EXPECT_FALSE(contains(log.only(), "100")) << log.only();
    EXPECT_FALSE(contains(log.only(), "chunked")) << log.only();
    EXPECT_TRUE(contains(log.only(), "\r\nA: b\r\n")) << log.only();
}

TEST_F(HttpClient, LogsInWithTheUserOfTheUrl) {
    RequestLog log;
    const SmallHttpServer server(keeping(log));
    send({.url = "http://Aladdin:open%20sesame@" + server.host() + "/"});
    EXPECT_TRUE(contains(log.only(), "\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"))
        << log.only();
}

TEST_F(HttpClient, ReturnsHeadersWithNamesInLowerCase) {
    const SmallHttpServer server([](ServedConnection& connection) {
        connection.read_request();
        connection.write(
            "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
            "HTTP/1.1 200 OK\r\nX-Two:  a: b \r\nx-two:c\r\nX-EMPTY:\r\nContent-Length: 0\r\n\r\n"
        );
    });
    const Response response = send({.url = server.url()});
    EXPECT_EQ(
        response.headers,
        (Headers{{"x-two", "a: b"}, {"x-two", "c"}, {"x-empty", ""}, {"content-length", "0"}})
    );
}

TEST_F(HttpClient, ReadsEveryFormOfBody) {
    const struct {
        const char* name;
        std::string answer;
        std::string body;
    } cases[] = {
        {"length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc"},
        {"chunks",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
         "abc"},
        {"until the end", "HTTP/1.0 200 OK\r\n\r\nabc", "abc"},
        {"none", "HTTP/1.1 204 No Content\r\n\r\n", ""}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const SmallHttpServer server([&](ServedConnection& connection) {
            connection.read_request();
            connection.write(c.answer);
        });
        EXPECT_EQ(send({.url = server.url()}).body, c.body);
    }
}

TEST_F(HttpClient, TakesAnyStatusForAnAnswerAndFollowsNoRedirect) {
    for (const int status : {200, 204, 301, 307, 400, 401, 404, 407, 429, 500, 503, 599}) {
        RequestLog elsewhere_log;
        const SmallHttpServer elsewhere(keeping(elsewhere_log));
        const SmallHttpServer server([&](ServedConnection& connection) {
            connection.read_request();
            connection.answer(status, "", "Location: " + elsewhere.url() + "\r\n");
        });
        EXPECT_EQ(send({.url = server.url()}).status, status);
        EXPECT_EQ(server.connections(), 1);
        EXPECT_EQ(elsewhere_log.size(), 0U) << status;
    }
}

TEST_F(HttpClient, ServesManyThreadsAtOnce) {
    const SmallHttpServer server([](ServedConnection& connection) {
        const std::string request = connection.read_request();
        connection.answer(200, request.substr(request.find("\r\n\r\n") + 4));
    });
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 10; ++i) {
                    const std::string body = std::to_string(t) + "/" + std::to_string(i);
                    const Response response =
                        send({.method = "POST", .url = server.url(), .body = body});
                    if (response.body == body) ++right;
                }
            });
        }
    }
    EXPECT_EQ(right, 80);
}

TEST_F(HttpClient, AsksTheProxyOfTheEnvironment) {
    RequestLog log;
    const SmallHttpServer proxy(keeping(log));
    ::setenv("http_proxy", proxy.url().c_str(), 1);
    EXPECT_EQ(send({.url = "http://hooks.invalid/x"}).body, "ok");
    EXPECT_TRUE(log.only().starts_with("GET http://hooks.invalid/x HTTP/1.1\r\n")) << log.only();
    ::setenv("no_proxy", "127.0.0.1", 1);
    const SmallHttpServer direct(keeping(log));
    send({.url = direct.url("/y")});
    EXPECT_EQ(direct.connections(), 1);
}

}  // namespace
}  // namespace migrator::http_client::test
