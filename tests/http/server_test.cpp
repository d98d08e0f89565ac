#include "http/server.hpp"

#include <gtest/gtest.h>

#include "client.hpp"
#include "running_server.hpp"

using namespace migrator::http;
using namespace migrator::http::test;

namespace {

/// GET /hello, POST /echo, GET /about (what the handler sees), GET /metrics (bare).
Router make_router() {
    Router router;
    router.add("GET", "/hello", Lane::Quick, [](const Request&) { return text("hi"); });
    router.add("POST", "/echo", Lane::Work, [](const Request& request) {
        return text(request.body);
    });
    router.add("GET", "/about", Lane::Work, [](const Request& request) {
        return text(request.client_ip + " " + request.id + " " + request.query);
    });
    router.add_bare("GET", "/metrics", Lane::Quick, [](const Request&) {
        return text("metric 1");
    });
    return router;
}

std::string post(const std::string& path, const std::string& body) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

}  // namespace

TEST(Server, AnswersManyRequestsOnOneConnection) {
    const Router router = make_router();
    const RunningServer server(options(), router);
    Client client(server.port());
    for (int i = 0; i < 20; ++i) {
        const Answer hello = client.ask(request("GET", "/hello"));
        EXPECT_EQ(hello.status, 200);
        EXPECT_EQ(hello.body, "hi");
        EXPECT_FALSE(hello.has("Connection:"));
        EXPECT_TRUE(hello.has("Content-Type: text/plain\r\n"));
        const std::string body(static_cast<std::size_t>(i) * 5000, 'x');
        EXPECT_EQ(client.ask(post("/echo", body)).body, body);
    }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
    const Router router = make_router();
    const RunningServer server(options(), router);
    Client client(server.port());
    std::string all;
    for (int i = 0; i < 100; ++i) {
        all += i % 3 == 0 ? request("GET", "/hello") : post("/echo", std::to_string(i));
    }
    client.send(all);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(client.read().body, i % 3 == 0 ? "hi" : std::to_string(i));
    }
}

TEST(Server, ClosesWhenTheClientAsksForIt) {
    const Router router = make_router();
    const RunningServer server(options(), router);
    for (const char* bytes :
         {"GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
          "GET /hello HTTP/1.0\r\n\r\n"}) {
        SCOPED_TRACE(bytes);
        Client client(server.port());
        client.send(bytes);
        const std::string answer = client.read_to_end();
        EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
        EXPECT_TRUE(answer.ends_with("\r\n\r\nhi"));
    }
}

TEST(Server, KeepsAnHttp10ConnectionThatAsksForIt) {
    const Router router = make_router();
    const RunningServer server(options(), router);
    Client client(server.port());
    for (int i = 0; i < 2; ++i) {
        const Answer answer = client.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        EXPECT_EQ(answer.body, "hi");
        EXPECT_TRUE(answer.has("HTTP/1.0 200 OK\r\n"));
        EXPECT_TRUE(answer.has("Connection: keep-alive\r\n"));
    }
}

TEST(Server, AnswersAClientThatHasEndedSending) {
    const Router router = make_router();
    const RunningServer server(options(), router);
    Client client(server.port());
    client.send(post("/echo", "body"));
    client.end_sending();
    EXPECT_TRUE(client.read_to_end().ends_with("body"));
}

TEST(Server, SendsNoBodyToHead) {
    const Router router = make_router();
    const RunningServer server(options(), router);
    Client client(server.port());
    client.send(request("HEAD", "/hello") + request("GET", "/hello"));
    const Answer head = client.read(false);
    EXPECT_EQ(head.status, 200);
    const Answer get = client.read();
    EXPECT_EQ(get.body, "hi");  // nothing of a body was in between
    const auto without_date = [](const Answer& answer) {
        return answer.head.substr(answer.head.find("Content-Type"));
    };
    EXPECT_EQ(without_date(head), without_date(get));
}

TEST(Server, TakesChunkedBodiesAndSays100Continue) {
    const Router router = make_router();
    const RunningServer server(options(), router);
    Client client(server.port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
        "Expect: 100-continue\r\n\r\n"
    );
    EXPECT_EQ(client.read().status, 100);
    EXPECT_EQ(client.ask("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n").body, "abcdef");
    EXPECT_EQ(client.ask(request("GET", "/hello")).body, "hi");
}

TEST(Server, AddsHeadersToAllAnswersButRedirectsAndBareRoutes) {
    Router router = make_router();
    router.add_header("Deprecation", "true");
    const RunningServer server(options(), router);
    const struct {
        const char* bytes;
        int status;
        bool has_header;
    } cases[] = {
        {"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n", 200, true},
        {"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 404, true},
        {"POST /hello HTTP/1.1\r\nHost: a\r\n\r\n", 405, true},
        {"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, true},
        {"GET /hello/ HTTP/1.1\r\nHost: a\r\n\r\n", 301, false},
        {"POST /echo/ HTTP/1.1\r\nHost: a\r\n\r\n", 307, false},
        {"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", 200, false},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.bytes);
        Client client(server.port());
        const Answer answer = client.ask(c.bytes);
        EXPECT_EQ(answer.status, c.status);
        EXPECT_EQ(answer.has("Deprecation: true\r\n"), c.has_header);
    }
}

TEST(Server, LogsRoutedRequestsWithTheirId) {
    LogLines lines;
    Router router = make_router();
    router.add("GET", "/log", Lane::Work, [](const Request&) {
        migrator::log::info("in the handler");
        return text("");
    });
    const RunningServer server(options(), router);
    EXPECT_NE(lines.wait_for("listening on 127.0.0.1:" + std::to_string(server.port())), "");
    Client client(server.port());
    client.ask(request("GET", "/metrics"));
    client.ask(request("GET", "/hello/"));
    client.ask(
        "GET /log?a=b HTTP/1.1\r\nHost: a\r\nX-Request-ID: id-1\r\n"
        "X-Forwarded-For: 10.1.2.3 , 10.0.0.1\r\n\r\n"
    );
    const std::string line = lines.wait_for("clientIP=10.1.2.3 method=GET request=/log?a=b");
    EXPECT_NE(line.find(" INFO requestId=id-1 "), std::string::npos) << line;
    EXPECT_NE(lines.wait_for("in the handler").find("requestId=id-1 "), std::string::npos);
    client.ask(request("GET", "/\xc2\x9b"));
    EXPECT_NE(lines.wait_for("clientIP=127.0.0.1 method=GET request=/\\xc2\\x9b"), "");
    EXPECT_FALSE(lines.has("request=/metrics"));
    EXPECT_FALSE(lines.has("request=/hello/"));
}

TEST(Server, TellsHandlersWhoAsks) {
    const Router router = make_router();
    const RunningServer server(options(), router);
    Client client(server.port());
    const std::string head = "GET /about?q=%20 HTTP/1.1\r\nHost: a\r\n";
    EXPECT_EQ(client.ask(head + "X-Request-ID: id-1\r\n\r\n").body, "127.0.0.1 id-1 q=%20");
    const std::string made = client.ask(head + "X-Request-ID: a b\r\n\r\n").body;
    EXPECT_EQ(made.find_first_not_of("0123456789", 10), made.find(" q="));
    EXPECT_TRUE(client.ask(head + "X-Forwarded-For: ,x\r\n\r\n").body.starts_with("127.0.0.1 "));
    EXPECT_TRUE(client.ask(head + "X-Forwarded-For: ::1\r\n\r\n").body.starts_with("::1 "));
}

TEST(Server, SendsLargeAnswersWhole) {
    Router router;
    const std::string large(std::size_t{32} * 1024 * 1024, 'x');
    router.add("GET", "/large", Lane::Work, [&](const Request&) { return text(large); });
    const RunningServer server(options(), router);
    Client client(server.port());
    const Answer answer = client.ask(request("GET", "/large"));
    EXPECT_EQ(answer.body.size(), large.size());
    EXPECT_TRUE(answer.body == large);
}

TEST(Server, ServesTwoHundredConnectionsAtOnce) {
    const Router router = make_router();
    Options many = options();
    many.queue_limit = 200;
    const RunningServer server(many, router);
    std::vector<Client> clients;
    for (int i = 0; i < 200; ++i) clients.emplace_back(server.port());
    for (int round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < clients.size(); ++i) {
            clients[i].send(post("/echo", std::to_string(i)));
        }
        for (std::size_t i = 0; i < clients.size(); ++i) {
            EXPECT_EQ(clients[i].read().body, std::to_string(i));
        }
    }
}
