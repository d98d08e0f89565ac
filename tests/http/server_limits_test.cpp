#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "client.hpp"
#include "core/error.hpp"
#include "http/listener.hpp"
#include "http/server.hpp"
#include "running_server.hpp"

using namespace migrator;
using namespace migrator::http;
using namespace migrator::http::test;
using std::chrono::milliseconds;

namespace {

Router make_router() {
    Router router;
    router.add("GET", "/hello", Lane::Quick, [](const Request&) { return text("hi"); });
    router.add("POST", "/echo", Lane::Work, [](const Request& request) {
        return text(request.body);
    });
    return router;
}

/// The limit for open files, put back at the end.
class FileLimit {
public:
    FileLimit() { getrlimit(RLIMIT_NOFILE, &before_); }
    ~FileLimit() { setrlimit(RLIMIT_NOFILE, &before_); }
    FileLimit(const FileLimit&) = delete;
    FileLimit& operator=(const FileLimit&) = delete;

    void lower(rlim_t to) const {
        const rlimit limit{.rlim_cur = to, .rlim_max = before_.rlim_max};
        ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    static rlim_t now() {
        rlimit limit{};
        getrlimit(RLIMIT_NOFILE, &limit);
        return limit.rlim_cur;
    }
    rlim_t hard() const { return before_.rlim_max; }

private:
    rlimit before_{};
};

}  // namespace

TEST(ServerLimits, RefuseWithTheLimitInTheAnswerAndClose) {
    Options small = options();
    small.max_header_bytes = 1024;
    small.max_body_bytes = 100;
    Router router = make_router();
    const RunningServer server(small, router);
    const std::string post = "POST /echo HTTP/1.1\r\nHost: a\r\n";
    // More than the socket buffers hold: the client still has to see the answer, not a reset.
    const std::string flood(std::size_t{8} * 1024 * 1024, 'x');
    const struct {
        const char* name;
        std::string bytes;
        const char* status;
        const char* body;
    } cases[] = {
        {"header",
         "GET /hello HTTP/1.1\r\nHost: a\r\nA: " + flood,
         "431 ",
         R"({"error":"the request header is larger than 1024 bytes"})"},
        {"announced body",
         post + "Content-Length: 101\r\n\r\n",
         "413 ",
         R"({"error":"the request body is larger than 100 bytes"})"},
        {"body that comes all the same",
         post + "Content-Length: 8388608\r\n\r\n" + flood,
         "413 ",
         R"({"error":"the request body is larger than 100 bytes"})"},
        {"body that waits for 100",
         post + "Expect: 100-continue\r\nContent-Length: 101\r\n\r\n",
         "413 ",
         R"({"error":"the request body is larger than 100 bytes"})"},
        {"chunks",
         post + "Transfer-Encoding: chunked\r\n\r\nfff\r\n" + flood,
         "413 ",
         R"({"error":"the request body is larger than 100 bytes"})"},
        {"malformed", "nonsense\r\n\r\n" + flood, "400 ", R"({"error":"malformed request: )"},
        {"bad target",
         "GET /%2 HTTP/1.1\r\nHost: a\r\n\r\n",
         "400 ",
         R"({"error":"malformed request: invalid target"})"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        Client client(server.port());
        client.send(c.bytes);
        client.end_sending();
        const std::string answer = client.read_to_end();
        EXPECT_TRUE(answer.starts_with(std::string("HTTP/1.1 ") + c.status)) << answer;
        EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
        EXPECT_NE(
            answer.find("Content-Type: application/json; charset=utf-8\r\n"), std::string::npos
        );
        EXPECT_NE(answer.find(c.body), std::string::npos) << answer;
    }
}

TEST(ServerLimits, ErrorsCanHaveABodyOfTheirOwnForEachPath) {
    Options small = options();
    small.max_body_bytes = 100;
    Router router = make_router();
    router.error_bodies([](std::string_view path, int status, std::string_view message) {
        return std::string(path) + "|" + std::to_string(status) + "|" + std::string(message);
    });
    const RunningServer server(small, router);
    const struct {
        const char* bytes;
        const char* body;
    } cases[] = {
        {"POST /ec%68o?a=b HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n",
         "\r\n\r\n/echo|413|the request body is larger than 100 bytes"},
        {"nonsense\r\n\r\n", "\r\n\r\n|400|malformed request: "},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.bytes);
        Client client(server.port());
        client.send(c.bytes);
        client.end_sending();
        EXPECT_NE(client.read_to_end().find(c.body), std::string::npos);
    }
}

TEST(ServerLimits, AnswerARequestThatIsNotCompleteInTime) {
    Options hasty = options();
    hasty.read_timeout = milliseconds(100);
    Router router = make_router();
    const RunningServer server(hasty, router);
    for (const char* part :
         {"G",
          "GET /hello HTTP/1.1\r\nHost",
          "POST /echo HTTP/1.1\r\nHost: a\r\n"
          "Content-Length: 5\r\n\r\nhell"}) {
        SCOPED_TRACE(part);
        Client client(server.port());
        client.send(std::string("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n") + part);
        EXPECT_EQ(client.read().body, "hi");
        const Answer answer = client.read();
        EXPECT_EQ(answer.status, 408);
        EXPECT_EQ(answer.body, R"({"error":"the request was not complete within 0.1 s"})");
        client.end_sending();
        EXPECT_EQ(client.read_to_end(), "");
    }
}

TEST(ServerLimits, CountTheWholeRequestNotThePauseBetweenBytes) {
    Options hasty = options();
    hasty.read_timeout = milliseconds(100);
    Router router = make_router();
    const RunningServer server(hasty, router);
    Client client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    while (!client.readable() && client.send("x")) std::this_thread::sleep_for(milliseconds(5));
    EXPECT_EQ(client.read().status, 408);
}

TEST(ServerLimits, CloseAnIdleConnectionWithoutAWord) {
    Options hasty = options();
    hasty.keep_alive_timeout = milliseconds(50);
    Router router = make_router();
    const RunningServer server(hasty, router);
    Client fresh(server.port());
    EXPECT_EQ(fresh.read_to_end(), "");
    Client used(server.port());
    EXPECT_EQ(used.ask(request("GET", "/hello")).status, 200);
    EXPECT_EQ(used.read_to_end(), "");
}

TEST(ServerLimits, GiveUpAClientThatDoesNotRead) {
    Options hasty = options();
    hasty.write_timeout = milliseconds(100);
    hasty.max_connections = 1;
    Router router = make_router();
    const std::string large(std::size_t{16} * 1024 * 1024, 'x');
    router.add("GET", "/large", Lane::Work, [&](const Request&) { return text(large); });
    const RunningServer server(hasty, router);
    Client stuck;
    stuck.shrink_receive_buffer();
    stuck.connect(server.port());
    stuck.send(request("GET", "/large"));
    // There is room for one connection: this one is served when the other has been given up.
    Client next(server.port());
    EXPECT_EQ(next.ask(request("GET", "/hello")).body, "hi");
}

TEST(ServerLimits, CloseTheLongestIdleConnectionForANewOne) {
    Options few = options();
    few.max_connections = 2;
    const Router router = make_router();
    const RunningServer server(few, router);
    Client first(server.port());
    EXPECT_EQ(first.ask(request("GET", "/hello")).body, "hi");
    Client second(server.port());
    EXPECT_EQ(second.ask(request("GET", "/hello")).body, "hi");
    Client third(server.port());
    EXPECT_EQ(third.ask(request("GET", "/hello")).body, "hi");
    EXPECT_EQ(first.read_to_end(), "");
    EXPECT_EQ(second.ask(request("GET", "/hello")).body, "hi");
}

TEST(ServerLimits, CloseASlowRequestForANewOneWhenNoConnectionIsIdle) {
    Options few = options();
    few.max_connections = 1;
    const Router router = make_router();
    const RunningServer server(few, router);
    Client slow(server.port());
    slow.send("GET /hello HTTP/1.1\r\nX");
    EXPECT_EQ(Client(server.port()).ask(request("GET", "/hello")).body, "hi");
    EXPECT_EQ(slow.read_to_end(), "");
}

TEST(ServerLimits, LetConnectionsWaitWhileAllAreAtWork) {
    LogLines lines;
    Options few = options();
    few.max_connections = 1;
    Router router = make_router();
    Event begun;
    Event may_end;
    router.add("GET", "/wait", Lane::Work, [&](const Request&) {
        begun.set();
        may_end.wait();
        return text("done");
    });
    const RunningServer server(few, router);
    Client first(server.port());
    first.send(request("GET", "/wait"));
    begun.wait();
    Client second(server.port());
    second.send(request("GET", "/hello"));
    lines.wait_for("all 1 connections are in use");
    EXPECT_FALSE(second.readable());
    may_end.set();
    EXPECT_EQ(first.read().body, "done");
    EXPECT_EQ(second.read().body, "hi");
}

TEST(ServerLimits, GiveNoClientMoreThanItsShare) {
    Options few = options();
    few.max_connections_per_client = 2;
    few.trusted_proxies = networks_of({"192.0.2.1"});
    const Router router = make_router();
    {
        const RunningServer server(few, router);
        Client first(server.port());
        EXPECT_EQ(first.ask(request("GET", "/hello")).body, "hi");
        Client second(server.port());
        EXPECT_EQ(second.ask(request("GET", "/hello")).body, "hi");
        EXPECT_EQ(Client(server.port()).ask(request("GET", "/hello")).body, "hi");
        EXPECT_EQ(first.read_to_end(), "");
    }
    few.trusted_proxies = networks_of({"127.0.0.0/8"});
    const RunningServer server(few, router);
    std::vector<Client> clients;
    for (int i = 0; i < 5; ++i) clients.emplace_back(server.port());
    for (Client& client : clients) EXPECT_EQ(client.ask(request("GET", "/hello")).body, "hi");
}

TEST(ServerLimits, GiveTheFirstHeaderOfAConnectionLessTimeThanThePauseAfterIt) {
    Options quick = options();
    quick.first_head_timeout = std::chrono::milliseconds(100);
    const Router router = make_router();
    const RunningServer server(quick, router);
    Client used(server.port());
    EXPECT_EQ(used.ask(request("GET", "/hello")).body, "hi");
    Client silent(server.port());
    EXPECT_EQ(silent.read_to_end(), "");
    Client slow(server.port());
    slow.send("GET /hello HTTP/1.1\r\n");
    EXPECT_EQ(slow.read().status, 408);
    EXPECT_EQ(used.ask(request("GET", "/hello")).body, "hi");
}

std::string post(std::size_t announced, std::size_t sent) {
    return "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(announced) +
           "\r\n\r\n" + std::string(sent, 'x');
}

TEST(ServerLimits, DropTheOldestUnfinishedBodyWhenMemoryRunsOut) {
    constexpr std::size_t kBody = 200'000;
    Options small = options();
    small.max_body_bytes = kBody;
    small.max_body_memory_bytes = kBody;
    const Router router = make_router();
    const RunningServer server(small, router);
    // The server has read a header when it says 100, so that the first one is the older one.
    const std::string head =
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
        "Content-Length: " +
        std::to_string(kBody) + "\r\n\r\n";
    Client first(server.port());
    EXPECT_EQ(first.ask(head).status, 100);
    Client kept(server.port());
    EXPECT_EQ(kept.ask(head).status, 100);
    for (Client* client : {&first, &kept}) client->send(std::string(kBody - 1, 'x'));
    const Answer refused = first.read();
    EXPECT_EQ(refused.status, 503);
    EXPECT_TRUE(refused.has("Retry-After: 1\r\n"));
    kept.send("x");
    EXPECT_EQ(kept.read().body.size(), kBody);
    // What was taken is given back.
    for (int i = 0; i < 3; ++i) EXPECT_EQ(kept.ask(post(kBody, kBody)).body.size(), kBody);
}

TEST(ServerLimits, ReadSmallBodiesWhateverLargeOnesHaveTaken) {
    constexpr std::size_t kBody = 200'000;
    Options small = options();
    small.max_body_bytes = kBody;
    small.max_body_memory_bytes = kBody;
    const Router router = make_router();
    const RunningServer server(small, router);
    Client large(server.port());
    large.send(post(kBody, kBody - 1));
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(Client(server.port()).ask(post(10'000, 10'000)).body.size(), 10'000);
    }
    large.send("x");
    EXPECT_EQ(large.read().body.size(), kBody);
}

TEST(ServerLimitsDeathTest, LeaveFilesForDatabases) {
    const auto with_limit = [](rlim_t files) {
        const rlimit limit{.rlim_cur = files, .rlim_max = files};
        ::setrlimit(RLIMIT_NOFILE, &limit);
        Options some = options();
        some.max_connections = 100;
        some.other_files = 100;
        std::exit(static_cast<int>(connections_within_file_limit(some)));
    };
    EXPECT_EXIT(with_limit(64), testing::ExitedWithCode(32), "is 64, so that 32 connections");
    EXPECT_EXIT(with_limit(150), testing::ExitedWithCode(75), "is 150, so that 75 connections");
    EXPECT_EXIT(with_limit(200), testing::ExitedWithCode(100), "");
}

// UndefinedBehaviorSanitizer reads memory through a pipe, and reports what it cannot read as a
// fault.
#ifndef __SANITIZE_ADDRESS__
TEST(ServerLimits, OutliveALackOfFileDescriptors) {
    LogLines lines;
    const FileLimit limit;
    Router router = make_router();
    const RunningServer server(options(), router);
    Client client;
    limit.lower(256);
    std::vector<int> taken;
    for (int file = 0; (file = ::dup(0)) >= 0;) taken.push_back(file);
    client.connect(server.port());
    client.send(request("GET", "/hello"));
    lines.wait_for("could not accept a connection: Too many open files");
    for (const int file : taken) ::close(file);
    EXPECT_EQ(client.read().body, "hi");
}
#endif

TEST(ServerLimits, RaiseTheLimitForOpenFiles) {
    const FileLimit limit;
    limit.lower(200);
    if (limit.hard() < 1500) GTEST_SKIP() << "the hard limit is too low to see it";
    Options many = options();
    many.max_connections = 100;
    const Router router = make_router();
    const Server server(many, router);
    EXPECT_GE(FileLimit::now(), 1124U);
}

TEST(ServerStart, NamesThePortThatIsTaken) {
    const Router router;
    const Server first(options(), router);
    Options same = options();
    same.port = first.port();
    try {
        const Server second(same, router);
        FAIL() << "two servers on one port";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_EQ(
            error.what(),
            "listen tcp 127.0.0.1:" + std::to_string(first.port()) + ": address already in use"
        );
    }
}

TEST(ServerStart, RefusesWhatIsNoAddress) {
    const Router router;
    Options wrong = options();
    wrong.listen_address = "nowhere";
    try {
        const Server server(wrong, router);
        FAIL() << "it listens on nowhere";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Configuration);
        EXPECT_NE(std::string(error.what()).find("listenAddress"), std::string::npos);
    }
}

TEST(ServerStart, ListensOnIpv6AndServesIpv4ThereToo) {
    LogLines lines;
    Router router = make_router();
    router.add("GET", "/ip", Lane::Quick, [](const Request& request) {
        return text(request.client_ip);
    });
    Options six = options();
    six.listen_address = "::";
    try {
        const RunningServer server(six, router);
        lines.wait_for("listening on [::]:" + std::to_string(server.port()));
        Client client(server.port());
        EXPECT_EQ(client.ask(request("GET", "/ip")).body, "127.0.0.1");
    } catch (const Error& error) {
        GTEST_SKIP() << "no IPv6 here: " << error.what();
    }
}
