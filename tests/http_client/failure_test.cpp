#include "sending.hpp"

namespace migrator::http_client::test {
namespace {

using std::chrono::milliseconds;

/// A URL whose parts behind the host, and user, must not be shown.
Request secret_request(const std::string& host) {
    return {
        .method = "POST",
        .url = "http://user:hunter2@" + host + "/services/T0KEN?sig=S1GNATURE#FR4G",
        .headers = {{"Authorization", "Bearer B3ARER"}},
        .body = "B0DY"};
}

void expect_no_secret(const std::string& message) {
    for (const char* secret :
         {"user", "hunter2", "services", "T0KEN", "S1GNATURE", "FR4G", "B3ARER", "B0DY"}) {
        EXPECT_FALSE(contains(message, secret)) << message;
    }
}

TEST_F(HttpClient, SaysWhatWentWrongWithoutASecret) {
    const struct {
        const char* name;
        SmallHttpServer::Script script;
        const char* reason;
    } cases[] = {
        {"hangs", [](ServedConnection& c) { c.wait_for_end(); }, "no response within 300 ms"},
        {"reads and hangs",
         [](ServedConnection& c) {
             c.read_request();
             c.wait_for_end();
         },
         "no response within 300 ms"},
        {"hangs in mid-answer",
         [](ServedConnection& c) {
             c.read_request();
             c.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
             c.wait_for_end();
         },
         "no response within 300 ms"},
        {"answers slowly for ever",
         [](ServedConnection& c) {
             c.read_request();
             c.write("HTTP/1.1 200 OK\r\n\r\n");
             while (c.write("x") && !c.wait_for_end(5)) continue;
         },
         "no response within 300 ms"},
        {"ends without an answer",
         [](ServedConnection& c) { c.read_request(); },
         "Empty reply from server"},
        {"breaks",
         [](ServedConnection& c) {
             c.read_request();
             c.reset();
         },
         "Connection reset by peer"},
        {"ends in mid-answer",
         [](ServedConnection& c) {
             c.read_request();
             c.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
         },
         "6 bytes remaining"},
        {"garbage",
         [](ServedConnection& c) {
             c.read_request();
             c.write("220 mail.example.com ESMTP\r\n");
         },
         "HTTP/0.9"},
        {"endless body",
         [](ServedConnection& c) {
             c.read_request();
             c.write("HTTP/1.1 200 OK\r\n\r\n");
             while (c.write(std::string(4096, 'x'))) continue;
         },
         "the response is larger than 1000 bytes"},
        {"endless headers",
         [](ServedConnection& c) {
             c.read_request();
             c.write("HTTP/1.1 200 OK\r\n");
             while (c.write("X-Some: " + std::string(1000, 'x') + "\r\n")) continue;
         },
         "the response headers are larger than 262144 bytes"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const SmallHttpServer server(c.script);
        // Only those that hang need a short limit; the others must not run into it.
        const bool hangs = contains(c.reason, "300 ms");
        const Limits limits{.total = milliseconds(hangs ? 300 : 60'000), .response_bytes = 1'000};
        const std::string message = unavailable(secret_request(server.host()), limits);
        EXPECT_TRUE(message.starts_with("POST http://" + server.host() + ": ")) << message;
        EXPECT_TRUE(contains(message, c.reason)) << message;
        expect_no_secret(message);
    }
}

TEST_F(HttpClient, TakesABodyOfTheLimitAndNoByteMore) {
    for (const bool has_length : {true, false}) {
        const SmallHttpServer server([&](ServedConnection& connection) {
            const bool is_longer = contains(connection.read_request(), "/longer");
            const std::string body(is_longer ? 101 : 100, 'x');
            if (has_length) {
                connection.answer(200, body);
            } else {
                connection.write("HTTP/1.1 200 OK\r\n\r\n" + body);
            }
        });
        const Limits limits{.response_bytes = 100};
        EXPECT_EQ(send({.url = server.url()}, limits).body, std::string(100, 'x'));
        EXPECT_EQ(
            unavailable({.url = server.url("/longer")}, limits),
            "GET http://" + server.host() + ": the response is larger than 100 bytes"
        );
    }
}

TEST_F(HttpClient, SaysThatNobodyListens) {
    std::string host;
    {
        const SmallHttpServer server([](ServedConnection&) {});
        host = server.host();
    }
    const std::string message = unavailable(secret_request(host));
    EXPECT_TRUE(message.starts_with("POST http://" + host + ": ")) << message;
    EXPECT_TRUE(contains(message, "connect")) << message;
    expect_no_secret(message);
}

TEST_F(HttpClient, GivesUpAConnectionThatIsNotMade) {
    const SmallHttpServer server([](ServedConnection& c) { c.wait_for_end(); });  // speaks no TLS
    EXPECT_EQ(
        unavailable({.url = "https://" + server.host() + "/T0KEN"}, {.connect = milliseconds(200)}),
        "GET https://" + server.host() + ": no connection within 200 ms"
    );
    EXPECT_EQ(
        unavailable({.url = "https://" + server.host()}, {.total = milliseconds(200)}),
        "GET https://" + server.host() + ": no connection within 200 ms"
    );
}

TEST_F(HttpClient, WritesWholeSecondsAsSeconds) {
    const SmallHttpServer server([](ServedConnection& c) { c.wait_for_end(); });
    EXPECT_EQ(
        unavailable({.url = server.url()}, {.total = milliseconds(1'000)}),
        "GET " + server.url("") + ": no response within 1 s"
    );
}

TEST_F(HttpClient, TakesALimitBelowZeroForOneThatIsOver) {
    const SmallHttpServer server([](ServedConnection& c) { c.wait_for_end(); });
    const Limits limits{.connect = milliseconds(0), .total = milliseconds(-1)};
    EXPECT_TRUE(contains(unavailable({.url = server.url()}, limits), "within 1 ms"));
}

TEST_F(HttpClient, SaysThatAHostIsUnknownWithoutTheUser) {
    const std::string message = unavailable(secret_request("no-such-host.invalid"));
    EXPECT_TRUE(message.starts_with("POST http://no-such-host.invalid: ")) << message;
    EXPECT_TRUE(contains(message, "resolve host")) << message;
    expect_no_secret(message);
}

TEST_F(HttpClient, HidesAHostThatMayBeThePartOfAPassword) {
    // Meant: user "app", password "hunter2/x", host "hooks.invalid".
    const std::string message = unavailable({.url = "http://hunter2/x@hooks.invalid/"});
    EXPECT_TRUE(message.starts_with("GET http://…: ")) << message;
    EXPECT_FALSE(contains(message, "hunter2")) << message;
    EXPECT_FALSE(contains(message, "hooks")) << message;
}

TEST_F(HttpClient, RefusesWhatWouldChangeTheRequestBeforeItIsSent) {
    const SmallHttpServer server([](ServedConnection& c) { c.answer(200, ""); });
    const std::string url = server.url("/T0KEN");
    const struct {
        const char* name;
        Request request;
        const char* reason;
    } cases[] = {
        {"header value, LF", {.url = url, .headers = {{"A", "b\nS3CRET: x"}}}, "header 1"},
        {"header value, CR", {.url = url, .headers = {{"A", "b\rS3CRET: x"}}}, "header 1"},
        {"header value, NUL",
         {.url = url, .headers = {{"A", std::string("b\0S3CRET", 8)}}},
         "header 1"},
        {"header name, CR LF",
         {.url = url, .headers = {{"A", "b"}, {"S3CRET: x\r\nB", "b"}}},
         "header 2"},
        {"header name, colon", {.url = url, .headers = {{"S3CRET:x", "b"}}}, "header 1"},
        {"header name, blank", {.url = url, .headers = {{"S3CRET ", "b"}}}, "header 1"},
        {"no header name", {.url = url, .headers = {{"", "S3CRET"}}}, "header 1"},
        {"URL, CR LF", {.url = url + " HTTP/1.1\r\nS3CRET: x"}, "(not a URL)"},
        {"URL, blank", {.url = url + "/S3CRET x"}, "(not a URL)"},
        {"URL, NUL", {.url = url + std::string("\0S3CRET", 7)}, "(not a URL)"},
        {"method, CR LF", {.method = "GET / HTTP/1.1\r\nS3CRET: x\r\n", .url = url}, "method"},
        {"no method", {.method = "", .url = url}, "method"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const std::string message = error_of(c.request, {}, ErrorKind::InvalidRequest);
        EXPECT_TRUE(contains(message, c.reason)) << message;
        EXPECT_FALSE(contains(message, "S3CRET")) << message;
        EXPECT_FALSE(contains(message, "T0KEN")) << message;
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClient, RefusesOtherSchemesAndWhatIsNoUrl) {
    for (const std::string url :
         {"",
          "hunter2",
          "example.com/hunter2",
          "//example.com/hunter2",
          "file:///etc/hunter2",
          "ftp://example.com/hunter2",
          "gopher://example.com/hunter2",
          "http:///hunter2",
          "http://",
          "http://user:hunter2@/",
          "http://example.com:hunter2/",
          "http://example.com:99999/hunter2",
          "http://[::1/hunter2"}) {
        const std::string message = error_of({.url = url}, {}, ErrorKind::InvalidRequest);
        EXPECT_TRUE(message.starts_with("GET (not a URL): the URL must be")) << url << message;
        EXPECT_FALSE(contains(message, "hunter2")) << message;
    }
}

TEST(OriginOf, ShowsSchemeHostAndUnusualPort) {
    const struct {
        const char* url;
        const char* origin;
    } cases[] = {
        {"https://hooks.example.com/services/x?y#z", "https://hooks.example.com"},
        {"HTTPS://Hooks.Example.com", "https://Hooks.Example.com"},
        {"https://user:pass@hooks.example.com:8443/x", "https://hooks.example.com:8443"},
        {"https://user@hooks.example.com:443/x", "https://hooks.example.com"},
        {"http://a:80", "http://a"},
        {"http://a:443?x", "http://a:443"},
        {"http://[::1]:8080/x", "http://[::1]:8080"},
        {"http://u:p/w@host/x", "(not a URL)"},
        {"http://u/w@host/x", "http://…"},
        {"http://u?w@host/x", "http://…"},
        {"http://u#w@host/x", "http://…"},
        {"ftp://a/x", "(not a URL)"},
        {"secret", "(not a URL)"},
        {"", "(not a URL)"}};
    for (const auto& c : cases) EXPECT_EQ(origin_of(c.url), c.origin) << c.url;
}

}  // namespace
}  // namespace migrator::http_client::test
