#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "client.hpp"
#include "fake_spool.hpp"
#include "http/server.hpp"
#include "running_server.hpp"
#include "support/temp_dir.hpp"

using namespace migrator;
using namespace migrator::http;
using namespace migrator::http::test;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kHuge = 1'000'000'000;

/// GET /answer?SIZE is "<", SIZE bytes in a file, but for the first MB, and ">". GET /fake is a
/// FakeSpool of `fake_size`. GET /hello has none.
class SpooledAnswers : public ::testing::Test {
protected:
    SpooledAnswers() : space_({.directory = dir_.path().string(), .memory_bytes = 1'000'000}) {
        router.add("GET", "/answer", Lane::Work, [this](const Request& request) {
            const auto spool = space_.open();
            for (std::size_t left = std::stoul(request.query); left > 0;) {
                const std::string part = FakeSpool::text(std::min<std::size_t>(left, 18'200));
                spool->append(part);
                left -= part.size();
            }
            return response(spool);
        });
        const auto fake = [this](const Request&) {
            Response answer = response(std::make_shared<FakeSpool>(fake_size, watch, broken_at));
            answer.status = fake_status;
            return answer;
        };
        for (const char* method : {"GET", "HEAD"}) router.add(method, "/fake", Lane::Work, fake);
        router.add("GET", "/hello", Lane::Quick, [](const Request&) { return text("hi"); });
    }

    static Response response(std::shared_ptr<Spool> spool) {
        return {
            .status = 200,
            .content_type = "text/plain",
            .body = "<",
            .spooled = std::move(spool),
            .tail = ">"};
    }
    /// Of a body that went through a spool in parts of 18200 bytes, at which the text repeats.
    static bool is_whole(const std::string& body, std::size_t size) {
        return body.size() == size + 2 && body.front() == '<' && body.back() == '>' &&
               std::string_view(body).substr(1, size) == FakeSpool::text(size);
    }

    migrator::test::TempDir dir_;
    SpoolSpace space_;
    FakeSpool::Watch watch;  ///< of /fake
    std::size_t fake_size = kHuge;
    std::size_t broken_at = SIZE_MAX;
    int fake_status = 200;
    Router router;
};

}  // namespace

TEST_F(SpooledAnswers, ArriveWholeAndKeepTheConnection) {
    const RunningServer server(options(), router);
    Client client(server.port());
    for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 3'000'000U, 50'000'000U}) {
        SCOPED_TRACE(size);
        const Answer answer = client.ask(request("GET", "/answer?" + std::to_string(size)));
        EXPECT_EQ(answer.status, 200);
        EXPECT_TRUE(answer.has("Content-Length: " + std::to_string(size + 2) + "\r\n"));
        EXPECT_FALSE(answer.has("Connection:"));
        EXPECT_TRUE(is_whole(answer.body, size));
        EXPECT_EQ(client.ask(request("GET", "/hello")).body, "hi");
    }
    EXPECT_EQ(space_.bytes_in_files(), 0U);
}

TEST_F(SpooledAnswers, ArriveInOrderWhenRequestsArePipelined) {
    const RunningServer server(options(), router);
    Client client(server.port());
    client.send(
        request("GET", "/answer?2000000") + request("GET", "/hello") + request("GET", "/answer?5") +
        request("GET", "/answer?1500000")
    );
    EXPECT_TRUE(is_whole(client.read().body, 2'000'000));
    EXPECT_EQ(client.read().body, "hi");
    EXPECT_TRUE(is_whole(client.read().body, 5));
    EXPECT_TRUE(is_whole(client.read().body, 1'500'000));
}

TEST_F(SpooledAnswers, EndWithTheConnectionWhenTheClientAsksForIt) {
    const RunningServer server(options(), router);
    Client client(server.port());
    client.send("GET /answer?3000000 HTTP/1.0\r\n\r\n");
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(is_whole(answer.substr(answer.find("\r\n\r\n") + 4), 3'000'000));
}

TEST_F(SpooledAnswers, WaitForASlowReaderWhileOthersAreServed) {
    const RunningServer server(options(), router);
    Client slow;
    slow.shrink_receive_buffer();
    slow.connect(server.port());
    slow.send(request("GET", "/answer?50000000"));
    while (!slow.readable()) std::this_thread::yield();
    Client other(server.port());
    EXPECT_EQ(other.ask(request("GET", "/hello")).body, "hi");
    EXPECT_TRUE(is_whole(other.ask(request("GET", "/answer?2000000")).body, 2'000'000));
    EXPECT_EQ(space_.bytes_in_files(), 49'000'000U);
    EXPECT_TRUE(is_whole(slow.read().body, 50'000'000));
}

TEST_F(SpooledAnswers, AreNotTakenIntoMemoryForSlowReaders) {
    constexpr std::size_t kReaders = 100;
    std::array<FakeSpool::Watch, kReaders> watches;
    std::atomic<std::size_t> next = 0;
    router.add("GET", "/huge", Lane::Work, [&](const Request&) {
        return response(std::make_shared<FakeSpool>(kHuge, watches.at(next++)));
    });
    Options many = options();
    many.queue_limit = kReaders;
    const RunningServer server(many, router);
    {
        std::vector<Client> readers(kReaders);
        for (Client& reader : readers) {
            reader.shrink_receive_buffer();
            reader.connect(server.port());
            reader.send(request("GET", "/huge"));
        }
        for (Client& reader : readers) EXPECT_EQ(reader.read(false).status, 200);
        Client other(server.port());
        EXPECT_EQ(other.ask(request("GET", "/hello")).body, "hi");
        // The system's buffers hold a few MB of each at most, and the server one piece.
        for (const auto& watch_of_one : watches) EXPECT_LT(watch_of_one.read_up_to, kHuge / 20);
    }
    for (auto& watch_of_one : watches) watch_of_one.gone.wait();
}

TEST_F(SpooledAnswers, AreGivenBackWhenSentAlthoughNobodyReads) {
    fake_size = 100'000;
    const RunningServer server(options(), router);
    Client client(server.port());
    client.send(request("GET", "/fake"));
    watch.gone.wait();
    EXPECT_TRUE(is_whole(client.read().body, fake_size));
}

TEST_F(SpooledAnswers, AreGivenBackWhenTheClientGoes) {
    const RunningServer server(options(), router);
    {
        Client client(server.port());
        client.send(request("GET", "/fake"));
        EXPECT_EQ(client.read(false).status, 200);
    }
    watch.gone.wait();
    EXPECT_LT(watch.read_up_to, kHuge);
}

TEST_F(SpooledAnswers, AreCutOffWhenTheClientStopsReading) {
    Options hasty = options();
    hasty.write_timeout = milliseconds(100);
    const RunningServer server(hasty, router);
    Client client;
    client.shrink_receive_buffer();
    client.connect(server.port());
    client.send(request("GET", "/fake"));
    watch.gone.wait();
    EXPECT_LT(watch.read_up_to, kHuge);
}

TEST_F(SpooledAnswers, EndWithTheServer) {
    Options hasty = options();
    hasty.shutdown_timeout = milliseconds(0);
    RunningServer server(hasty, router);
    Client client;
    client.shrink_receive_buffer();
    client.connect(server.port());
    client.send(request("GET", "/fake"));
    EXPECT_EQ(client.read(false).status, 200);
    server.stop();
    server.exit_code();
    EXPECT_LT(watch.read_up_to, kHuge);
}

TEST_F(SpooledAnswers, CloseTheConnectionWhenTheyCantBeRead) {
    LogLines lines;
    fake_size = 300'000;
    broken_at = 140'000;
    const RunningServer server(options(), router);
    Client client(server.port());
    client.send(
        "GET /fake HTTP/1.1\r\nHost: a\r\nX-Request-ID: broken-1\r\n\r\n" + request("GET", "/hello")
    );
    const Answer answer = client.read();
    EXPECT_TRUE(answer.has("Content-Length: 300002\r\n"));
    EXPECT_EQ(answer.body.size(), 1 + 2 * 65'536U);  // two pieces, and nothing of the next answer
    watch.gone.wait();
    const std::string line = lines.wait_for("could not send a large response: the file is broken");
    EXPECT_NE(line.find("ERROR requestId=broken-1"), std::string::npos) << line;
    Client next(server.port());
    EXPECT_EQ(next.ask(request("GET", "/hello")).body, "hi");
}

TEST_F(SpooledAnswers, SendNoBodyToHeadAndWithoutOne) {
    fake_size = 1'000;
    const struct {
        const char* method;
        int status;
        const char* length;
    } cases[] = {{"HEAD", 200, "Content-Length: 1002\r\n"}, {"GET", 304, ""}, {"GET", 204, ""}};
    for (const auto& c : cases) {
        SCOPED_TRACE(std::string(c.method) + " " + std::to_string(c.status));
        fake_status = c.status;
        const RunningServer server(options(), router);
        Client client(server.port());
        client.send(request(c.method, "/fake") + request("GET", "/hello"));
        const Answer answer = client.read(false);
        EXPECT_EQ(answer.status, c.status);
        EXPECT_EQ(answer.has("Content-Length:"), *c.length != '\0');
        EXPECT_TRUE(answer.has(c.length));
        EXPECT_EQ(client.read().body, "hi");
        EXPECT_TRUE(watch.gone.is_set());
        EXPECT_EQ(watch.read_up_to, 0U);
    }
}
