#include "http_client/transport.hpp"

#include "sending.hpp"

namespace migrator::http_client::test {
namespace {

using std::chrono::milliseconds;

class HttpTransport : public HttpClient {
protected:
    /// Answers every request of a connection: 200 and the request's target.
    static SmallHttpServer::Script answering(RequestLog& log) {
        return [&log](ServedConnection& connection) {
            for (std::string request; !(request = connection.read_request()).empty();) {
                log.add(request);
                const std::string target = target_of(request);
                const bool is_head = request.starts_with("HEAD");
                connection.write(
                    "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(target.size()) +
                    "\r\n\r\n" + (is_head ? "" : target)
                );
            }
        };
    }

    static std::string target_of(const std::string& request) {
        const auto begin = request.find(' ') + 1;
        return request.substr(begin, request.find(' ', begin) - begin);
    }

    TransportFailure failure_of(const Request& request, const Limits& limits = {}) {
        try {
            transport_->send(request, limits);
            ADD_FAILURE() << "no error";
        } catch (const TransportError& error) {
            message_ = error.what();
            return error.failure();
        }
        return TransportFailure::Other;
    }

    std::unique_ptr<Transport> transport_ = make_transport();
    std::string message_;
};

TEST_F(HttpTransport, KeepsTheConnectionAndNothingElseOfARequest) {
    RequestLog log;
    const SmallHttpServer server(answering(log));
    transport_->send(
        {.method = "POST",
         .url = server.url("/1"),
         .headers = {{"X-Secret", "s"}, {"Content-Type", "text/plain"}, {"Host", "other"}},
         .body = "body"},
        {}
    );
    EXPECT_EQ(transport_->send({.method = "HEAD", .url = server.url("/22")}, {}).body, "");
    RequestLog last_log;
    const SmallHttpServer last_server(answering(last_log));
    EXPECT_EQ(transport_->send({.url = server.url("/3")}, {}).body, "/3");
    EXPECT_EQ(transport_->send({.url = last_server.url("/4")}, {}).body, "/4");
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(log.size(), 3U);
    for (const char* part : {"X-Secret", "Content-", "other", "body"}) {
        EXPECT_FALSE(contains(last_log.only(), part)) << last_log.only();
    }
}

TEST_F(HttpTransport, ConnectsAnewWhenTheServerHasEndedTheConnection) {
    RequestLog log;
    const SmallHttpServer server([&](ServedConnection& connection) {
        log.add(connection.read_request());
        connection.answer(200, "ok");
    });
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(
            transport_->send({.method = "POST", .url = server.url(), .body = "b"}, {}).body, "ok"
        );
    }
    EXPECT_EQ(server.connections(), 3);
    EXPECT_EQ(log.size(), 3U);
}

TEST_F(HttpTransport, SendsThePathAsItIs) {
    RequestLog log;
    const SmallHttpServer server(answering(log));
    for (const std::string path :
         {"/a/./b/../c", "/..", "//a//b/", "/a%2Fb%20c%2e%2E/%C3%BC", "/a?x=/../&y=a%2Fb"}) {
        EXPECT_EQ(transport_->send({.url = server.url(path)}, {}).body, path);
    }
}

TEST_F(HttpTransport, SendsTheHostThatIsGiven) {
    RequestLog log;
    const SmallHttpServer server(answering(log));
    transport_->send({.url = server.url(), .headers = {{"Host", "bucket.example.com"}}}, {});
    EXPECT_TRUE(contains(log.only(), "\r\nHost: bucket.example.com\r\n")) << log.only();
    EXPECT_FALSE(contains(log.only(), server.host())) << log.only();
}

TEST_F(HttpTransport, SendsTheLengthOfAnEmptyBody) {
    for (const std::string method : {"PUT", "POST"}) {
        RequestLog log;
        const SmallHttpServer server(answering(log));
        transport_->send({.method = method, .url = server.url()}, {});
        EXPECT_TRUE(contains(log.only(), "\r\nContent-Length: 0\r\n")) << log.only();
        EXPECT_FALSE(contains(log.only(), "Expect")) << log.only();
        EXPECT_FALSE(contains(log.only(), "Accept-Encoding")) << log.only();
    }
}

TEST_F(HttpTransport, DoesNotWaitForTheBodyThatHeadAnnounces) {
    const SmallHttpServer server([](ServedConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 403 No\r\nContent-Length: 243\r\nX-Region: eu\r\n\r\n");
        connection.read_request();
        connection.answer(200, "next");
    });
    const Response head = transport_->send({.method = "HEAD", .url = server.url()}, {});
    EXPECT_EQ(head.status, 403);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.headers[1].second, "eu");
    EXPECT_EQ(transport_->send({.url = server.url()}, {}).body, "next");
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpTransport, GoesPastTheProxyWhenAsked) {
    RequestLog proxy_log;
    const SmallHttpServer proxy(answering(proxy_log));
    RequestLog log;
    const SmallHttpServer server(answering(log));
    ::setenv("http_proxy", proxy.url().c_str(), 1);
    EXPECT_EQ(transport_->send({.url = server.url("/x"), .direct = true}, {}).body, "/x");
    EXPECT_EQ(proxy_log.size(), 0U);
    EXPECT_EQ(log.size(), 1U);
    transport_->send({.url = server.url("/y")}, {});
    EXPECT_EQ(proxy_log.size(), 1U);
    migrator::test::forget_proxies();
}

TEST_F(HttpTransport, SaysWhatKindOfFailureItWas) {
    const struct {
        const char* name;
        TransportFailure failure;
        SmallHttpServer::Script script;
    } cases[] = {
        {"hangs", TransportFailure::Timeout, [](ServedConnection& c) { c.wait_for_end(); }},
        {"no response",
         TransportFailure::Interrupted,
         [](ServedConnection& c) { c.read_request(); }},
        {"reset",
         TransportFailure::Interrupted,
         [](ServedConnection& c) {
             c.read_request();
             c.reset();
         }},
        {"half an answer",
         TransportFailure::Interrupted,
         [](ServedConnection& c) {
             c.read_request();
             c.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
         }},
        {"endless body",
         TransportFailure::TooLarge,
         [](ServedConnection& c) {
             c.read_request();
             c.write("HTTP/1.1 200 OK\r\n\r\n");
             while (c.write(std::string(4096, 'x'))) continue;
         }},
        {"no HTTP", TransportFailure::Other, [](ServedConnection& c) {
             c.read_request();
             c.write("220 mail.example.com ESMTP\r\n");
         }}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const SmallHttpServer server(c.script);
        const bool hangs = c.failure == TransportFailure::Timeout;
        const Limits limits{.total = milliseconds(hangs ? 200 : 60'000), .response_bytes = 1'000};
        EXPECT_EQ(failure_of({.url = server.url("/T0KEN")}, limits), c.failure) << message_;
        EXPECT_FALSE(contains(message_, "T0KEN")) << message_;
    }
    RequestLog log;
    const SmallHttpServer server(answering(log));
    EXPECT_EQ(transport_->send({.url = server.url("/fine")}, {}).body, "/fine");
}

TEST_F(HttpTransport, TellsAHostThatIsUnknownFromOneThatDoesNotListen) {
    std::string nobody;
    {
        const SmallHttpServer server([](ServedConnection&) {});
        nobody = server.url();
    }
    EXPECT_EQ(failure_of({.url = nobody}), TransportFailure::Connect) << message_;
    EXPECT_EQ(failure_of({.url = "http://no-such-host.invalid"}), TransportFailure::Resolve)
        << message_;
}

TEST_F(HttpTransport, EndsATransferThatStallsWhenThereIsNoTotalLimit) {
    const SmallHttpServer server([](ServedConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
        connection.wait_for_end();
    });
    const Limits limits{.total = milliseconds(0), .stall = milliseconds(900)};
    EXPECT_EQ(failure_of({.url = server.url()}, limits), TransportFailure::Timeout);
    EXPECT_TRUE(contains(message_, "no data received for 900 ms")) << message_;
}

TEST_F(HttpTransport, RefusesAWrongRequestAsSendDoes) {
    try {
        transport_->send({.url = "ftp://example.com"}, {});
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::InvalidRequest) << error.what();
    }
}

}  // namespace
}  // namespace migrator::http_client::test
