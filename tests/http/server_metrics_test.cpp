#include <gtest/gtest.h>

#include "client.hpp"
#include "fake_spool.hpp"
#include "http/server.hpp"
#include "metrics/metrics.hpp"
#include "running_server.hpp"

using namespace migrator;
using namespace migrator::http;
using namespace migrator::http::test;

namespace {

/// The last number of the first line of the metrics that begins with `start`; -1 without one.
double value(const metrics::Registry& registry, const std::string& start) {
    const std::string text = "\n" + registry.text();
    const std::size_t found = text.find("\n" + start);
    if (found == std::string::npos) return -1;
    const std::string line = text.substr(found + 1, text.find('\n', found + 1) - found - 1);
    return std::stod(line.substr(line.rfind(' ') + 1));
}

double requests(const metrics::Registry& registry, const char* code, const char* path) {
    return value(
        registry,
        std::string("migrator_gin_requests_total{code=\"") + code + "\",handler=\"GET " + path +
            "\",host=\"test\",method=\"GET\",path=\"" + path + "\"}"
    );
}

Router make_router() {
    Router router;
    router.add("GET", "/hello", Lane::Quick, [](const Request&) { return text("hi"); });
    router.add("GET", "/fails", Lane::Work, [](const Request&) -> Response {
        throw std::runtime_error("broken");
    });
    router.add_with_id("GET", "/v1/runs", Lane::Work, [](const Request& request) {
        return text(request.parameter);
    });
    router.add_bare("GET", "/metrics", Lane::Quick, [](const Request&) {
        return text("metric 1");
    });
    return router;
}

/// The levels and format of the log, put back at the end.
struct LogFormat {
    explicit LogFormat(log::Format format) { log::configure(log::Level::Debug, format); }
    ~LogFormat() { log::configure(log::Level::Info, log::Format::Text); }
    LogFormat(const LogFormat&) = delete;
    LogFormat& operator=(const LogFormat&) = delete;
};

}  // namespace

TEST(ServerMetrics, CountWhatRoutesAnswer) {
    LogLines lines;
    const Router router = make_router();
    metrics::Registry registry("v", {"test"});
    const RunningServer server(options(), router, {}, &registry);
    Client client(server.port());
    for (const char* target :
         {"/hello",
          "/hello",
          "/fails",
          "/v1/runs/a%20b",
          "/v1/runs/c",
          "/metrics",
          "/nowhere",
          "/hello/",
          "/v1/runs/c/"}) {
        client.ask(request("GET", target));
    }
    client.ask(request("POST", "/hello"));  // 405
    // On the same connection, after all that was to be counted.
    EXPECT_EQ(client.ask(request("GET", "/metrics")).body, "metric 1");
    EXPECT_EQ(requests(registry, "200", "/hello"), 2);
    EXPECT_EQ(requests(registry, "500", "/fails"), 1);
    EXPECT_EQ(requests(registry, "200", "/v1/runs/:id"), 2);
    EXPECT_EQ(value(registry, "migrator_gin_request_size_bytes_count"), 5);
    EXPECT_EQ(
        value(
            registry,
            R"(migrator_gin_request_duration_count{host="test",method="GET",path="/hello"})"
        ),
        2
    );
}

TEST(ServerMetrics, GiveTheParameterToTheHandler) {
    const Router router = make_router();
    const RunningServer server(options(), router);
    Client client(server.port());
    EXPECT_EQ(client.ask(request("GET", "/v1/runs/a%20b?c")).body, "a b");
    EXPECT_EQ(client.ask(request("GET", "/v1/runs/a%2Fb")).status, 404);
    EXPECT_TRUE(client.ask(request("GET", "/v1/runs/a/")).has("Location: /v1/runs/a\r\n"));
}

TEST(ServerMetrics, AddUpSizes) {
    Router router = make_router();
    FakeSpool::Watch watch;
    const auto answer = [&](const Request&) {
        Response response = text("12345");
        response.spooled = std::make_shared<FakeSpool>(70'000, watch);
        response.tail = "123";
        return response;
    };
    for (const char* method : {"POST", "HEAD"}) router.add(method, "/large", Lane::Work, answer);
    metrics::Registry registry("v", {"test"});
    const RunningServer server(options(), router, {}, &registry);
    Client client(server.port());
    const std::string sent =
        "POST /large HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n0123456789";
    EXPECT_EQ(client.ask(sent).body.size(), 70'008U);
    client.ask(request("GET", "/metrics"));
    EXPECT_EQ(
        value(registry, "migrator_gin_request_size_bytes_sum"), static_cast<double>(sent.size())
    );
    EXPECT_EQ(value(registry, "migrator_gin_response_size_bytes_sum"), 70'008);
    client.send(request("HEAD", "/large"));
    client.read(false);
    client.ask(request("GET", "/metrics"));
    EXPECT_EQ(value(registry, "migrator_gin_response_size_bytes_sum"), 70'008);
    EXPECT_EQ(value(registry, "migrator_gin_response_size_bytes_count"), 2);
}

TEST(ServerMetrics, CountRefusalsOfAFullLaneButNotOfTheParser) {
    Router router = make_router();
    Event begun;
    Event release;
    router.add("GET", "/block", Lane::Work, [&](const Request&) {
        begun.set();
        release.wait();
        return text("released");
    });
    metrics::Registry registry("v", {});
    Options one = options();
    one.workers = 1;
    one.queue_limit = 0;
    one.max_body_bytes = 10;
    const RunningServer server(one, router, {}, &registry);
    Client running(server.port());
    running.send(request("GET", "/block"));
    begun.wait();
    Client client(server.port());
    EXPECT_EQ(client.ask("GET /fails HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").status, 503);
    client.ask(request("GET", "/metrics"));
    EXPECT_EQ(
        value(
            registry,
            "migrator_gin_requests_total{code=\"503\",handler=\"GET /fails\",host=\"other\","
            "method=\"GET\",path=\"/fails\"}"
        ),
        1
    );
    const char* too_large = "GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n";
    EXPECT_EQ(client.ask(too_large).status, 413);
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_EQ(value(registry, "migrator_gin_request_size_bytes_count"), 1);
    release.set();
    running.read();
}

TEST(ServerLog, TellsOfEachAnswerWhenDebugging) {
    const LogFormat format(log::Format::Text);
    LogLines lines;
    const Router router = make_router();
    const RunningServer server(options(), router);
    Client client(server.port());
    client.ask("GET /v1/runs/abc HTTP/1.1\r\nHost: a\r\nX-Request-ID: id-1\r\n\r\n");
    client.ask(request("GET", "/metrics"));
    const std::string line = lines.wait_for("status=200 duration=");
    EXPECT_NE(line.find(" DEBUG requestId=id-1 status=200 duration="), std::string::npos) << line;
    EXPECT_TRUE(line.ends_with(" bytes=3")) << line;
    client.ask(request("GET", "/nowhere"));
    client.ask(request("GET", "/metrics"));
    EXPECT_FALSE(lines.has("status=404"));
    EXPECT_FALSE(lines.has("bytes=8"));
}

TEST(ServerLog, HasFieldsForMachines) {
    const LogFormat format(log::Format::Json);
    LogLines lines;
    const Router router = make_router();
    const RunningServer server(options(), router);
    Client client(server.port());
    client.ask(request("GET", "/hello?a"));
    const std::string asked = lines.wait_for("request=/hello?a");
    for (const char* field :
         {R"("clientIP":"127.0.0.1")", R"("method":"GET")", R"("request":"/hello?a")"}) {
        EXPECT_NE(asked.find(field), std::string::npos) << asked;
    }
    const std::string answered = lines.wait_for("status=200");
    for (const char* field : {R"("status":200)", R"("duration":)", R"("bytes":2)"}) {
        EXPECT_NE(answered.find(field), std::string::npos) << answered;
    }
}
