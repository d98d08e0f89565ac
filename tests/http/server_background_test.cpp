#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "client.hpp"
#include "http/server.hpp"
#include "running_server.hpp"

using namespace migrator::http;
using namespace migrator::http::test;
using std::chrono::milliseconds;

namespace {

/// Adds POST `path`, which answers "accepted" and goes on with `work`.
void add_work(Router& router, const char* path, const std::function<void()>& work, Lane lane) {
    router.add("POST", path, lane, [work](const Request&) {
        Response response = text("accepted");
        response.status = 202;
        response.background = work;
        return response;
    });
}

/// POST /work blocks behind its answer until `release`; GET /hello answers at once.
struct Blocked {
    Blocked() {
        const auto block = [this] {
            begun.set();
            release.wait();
            ended = true;
        };
        add_work(router, "/work", block, Lane::Work);
        router.add("GET", "/hello", Lane::Quick, [](const Request&) { return text("hi"); });
    }

    Router router;
    Event begun;
    Event release;
    std::atomic<bool> ended = false;
};

}  // namespace

TEST(Background, GoesOnAfterItsAnswer) {
    Blocked work;
    const RunningServer server(options(), work.router);
    Client client(server.port());
    const Answer answer = client.ask(request("POST", "/work"));
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.body, "accepted");
    EXPECT_EQ(client.ask(request("GET", "/hello")).body, "hi");
    work.begun.wait();
    EXPECT_FALSE(work.ended);
    work.release.set();
}

TEST(Background, GoesOnWhenItsClientHasGone) {
    Blocked work;
    const RunningServer server(options(), work.router);
    {
        Client client(server.port());
        client.send(request("POST", "/work"));
        work.begun.wait();
    }
    Client other(server.port());
    EXPECT_EQ(other.ask(request("GET", "/hello")).body, "hi");
    work.release.set();
}

TEST(Background, LogsWithTheIdsOfItsRequest) {
    LogLines lines;
    Router router;
    const auto fail = [] {
        migrator::log::info("at work");
        throw std::runtime_error("no way");
    };
    add_work(router, "/work", fail, Lane::Work);
    const RunningServer server(options(), router);
    Client client(server.port());
    client.ask(
        "POST /work HTTP/1.1\r\nHost: a\r\nX-Request-ID: id-1\r\n"
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n"
    );
    const std::string ids =
        "requestId=id-1 traceId=0af7651916cd43dd8448eb211c80319c spanId=b7ad6b7169203331 ";
    EXPECT_NE(lines.wait_for("method=POST request=/work").find("INFO " + ids), std::string::npos);
    EXPECT_NE(lines.wait_for("at work").find("INFO " + ids), std::string::npos);
    const std::string line = lines.wait_for("work after the response failed: no way");
    EXPECT_NE(line.find("ERROR " + ids), std::string::npos) << line;
    EXPECT_EQ(client.ask(request("POST", "/work")).status, 202);  // all is well
}

TEST(Background, IsDestroyedByAWorker) {
    struct Seen {
        std::thread::id ran;
        std::thread::id destroyed;
        Event gone;
    };
    struct Tells {
        explicit Tells(Seen& its_seen) : seen(its_seen) {}
        ~Tells() {
            seen.destroyed = std::this_thread::get_id();
            seen.gone.set();
        }
        Tells(const Tells&) = delete;
        Tells& operator=(const Tells&) = delete;
        Seen& seen;
    };
    Seen seen;
    Router router;
    router.add("POST", "/work", Lane::Work, [&](const Request&) {
        Response response = text("");
        response.background = [tells = std::make_shared<Tells>(seen)] {
            tells->seen.ran = std::this_thread::get_id();
        };
        return response;
    });
    const RunningServer server(options(), router);
    Client client(server.port());
    client.ask(request("POST", "/work"));
    seen.gone.wait();
    EXPECT_EQ(seen.destroyed, seen.ran);
}

TEST(Background, RunsOnTheLaneOfItsRequest) {
    Blocked work;
    Event quick_done;
    add_work(
        work.router, "/quick", [&] { quick_done.set(); }, Lane::Quick
    );
    Options one = options();
    one.workers = 1;
    const RunningServer server(one, work.router);
    Client client(server.port());
    client.ask(request("POST", "/work"));
    work.begun.wait();  // it has the one worker
    client.ask(request("POST", "/quick"));
    quick_done.wait();
    EXPECT_FALSE(work.ended);
    work.release.set();
}

TEST(Background, RunsOnTheLaneThatItsAnswerWasMadeOn) {
    Blocked work;
    Event moved_done;
    work.router.add("POST", "/moves", Lane::Quick, [&](const Request&) {
        return GoesOn{Lane::Patient, [&] {
                          Response response = text("accepted");
                          response.background = [&] { moved_done.set(); };
                          return response;
                      }};
    });
    Options one = options();
    one.workers = 1;
    const RunningServer server(one, work.router);
    Client client(server.port());
    client.ask(request("POST", "/work"));
    work.begun.wait();  // it has the one worker
    client.ask(request("POST", "/moves"));
    moved_done.wait();
    EXPECT_FALSE(work.ended);
    work.release.set();
}

TEST(Background, IsNotDroppedWhenTheQueueIsFull) {
    Blocked others;  // on the same one worker
    Event accepted;
    Event answered;
    Event done;
    others.router.add("POST", "/promise", Lane::Work, [&](const Request&) {
        accepted.set();
        answered.wait();  // until the queue is full
        Response response = text("accepted");
        response.background = [&] { done.set(); };
        return response;
    });
    others.router.add("GET", "/block", Lane::Work, [&](const Request&) {
        others.release.wait();
        return text("released");
    });
    Options one = options();
    one.workers = 1;
    one.queue_limit = 1;
    const RunningServer server(one, others.router);
    Client promised(server.port());
    promised.send(request("POST", "/promise"));
    accepted.wait();
    std::vector<Client> blocked;
    Client quick(server.port());
    // Until one is refused: the one before it is queued.
    do {
        blocked.emplace_back(server.port());
        blocked.back().send(request("GET", "/block"));
        // An answer of a lane that isn't blocked comes after the refusal would have come.
        EXPECT_EQ(quick.ask(request("GET", "/hello")).body, "hi");
    } while (!blocked.back().readable());
    EXPECT_EQ(blocked.back().read().status, 503);
    answered.set();
    EXPECT_EQ(promised.read().body, "accepted");
    others.release.set();
    done.wait();
}

TEST(Background, MayEndBeforeTheServerDoes) {
    LogLines lines;
    Blocked work;
    RunningServer server(options(), work.router, [] { FAIL() << "there was time enough"; });
    Client client(server.port());
    client.send("POST /work HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    client.read_to_end();  // from now on the request itself is in work no more
    client.close();
    work.begun.wait();
    server.stop();
    EXPECT_NE(lines.wait_for("shutting down").find("requests in progress: 1"), std::string::npos);
    work.release.set();
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_TRUE(work.ended);
    EXPECT_FALSE(lines.has("did not finish"));
}

TEST(Background, IsCancelledWhenItDoesNotEndInTime) {
    LogLines lines;
    Blocked work;
    Options hasty = options();
    hasty.shutdown_timeout = milliseconds(50);
    RunningServer server(hasty, work.router, [&] { work.release.set(); });
    Client client(server.port());
    client.ask(request("POST", "/work"));
    client.close();
    work.begun.wait();
    server.stop();
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_TRUE(work.ended);
    EXPECT_TRUE(lines.has("canceling the requests in progress: 1"));
    EXPECT_FALSE(lines.has("did not finish"));
}

TEST(Background, IsLeftWhenItDoesNotEndAfterCancelling) {
    LogLines lines;
    Blocked work;
    Options hasty = options();
    hasty.shutdown_timeout = milliseconds(0);
    RunningServer server(hasty, work.router);
    Client client(server.port());
    client.ask(request("POST", "/work"));
    work.begun.wait();
    server.stop();
    EXPECT_EQ(server.exit_code(), Server::kUnfinished);
    EXPECT_TRUE(lines.has("requests that did not finish: 1"));
    work.release.set();
}
