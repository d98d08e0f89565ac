#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>

#include "client.hpp"
#include "http/server.hpp"
#include "running_server.hpp"

using namespace migrator::http;
using namespace migrator::http::test;
using std::chrono::hours;
using std::chrono::milliseconds;

namespace {

using Outcome = std::optional<milliseconds>;

/// Work whose steps are a function.
class Steps : public Background {
public:
    explicit Steps(std::function<Outcome()> advance) : advance_(std::move(advance)) {}
    Outcome advance() override { return advance_(); }

private:
    const std::function<Outcome()> advance_;
};

/// Adds POST `path`, which answers "accepted" and goes on with `advance`.
void add_work(Router& router, const char* path, std::function<Outcome()> advance, Lane lane) {
    const auto accept = [advance = std::move(advance)](const Request&) {
        Response response = text("accepted");
        response.status = 202;
        response.background = std::make_shared<Steps>(advance);
        return response;
    };
    router.add("POST", path, lane, answering(accept));
}

/// POST /work blocks in its second step until `release`; GET /hello answers at once.
struct Blocked {
    Blocked() {
        auto advance = [this]() -> Outcome {
            if (++steps == 1) return milliseconds(0);
            begun.set();
            release.wait();
            ended = true;
            return std::nullopt;
        };
        add_work(router, "/work", std::move(advance), Lane::Work);
        router.add("GET", "/hello", Lane::Quick, answering([](const Request&) {
                       return text("hi");
                   }));
    }

    Router router;
    Event begun;
    Event release;
    std::atomic<int> steps = 0;
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
    std::atomic<int> steps = 0;
    auto advance = [&]() -> Outcome {
        migrator::log::info("step " + std::to_string(++steps));
        if (steps < 3) return milliseconds(1);
        throw std::runtime_error("no way");
    };
    add_work(router, "/work", std::move(advance), Lane::Work);
    const RunningServer server(options(), router);
    Client client(server.port());
    client.ask(
        "POST /work HTTP/1.1\r\nHost: a\r\nX-Request-ID: id-1\r\n"
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n"
    );
    const std::string ids =
        "requestId=id-1 traceId=0af7651916cd43dd8448eb211c80319c spanId=b7ad6b7169203331 ";
    EXPECT_NE(lines.wait_for("method=POST request=/work").find("INFO " + ids), std::string::npos);
    for (const char* step : {"step 1", "step 2", "step 3"}) {
        EXPECT_NE(lines.wait_for(step).find("INFO " + ids), std::string::npos);
    }
    const std::string line = lines.wait_for("work after an answer failed: no way");
    EXPECT_NE(line.find("ERROR " + ids), std::string::npos) << line;
    EXPECT_EQ(client.ask(request("POST", "/work")).status, 202);  // all is well
}

TEST(Background, IsDestroyedByAWorker) {
    struct Seen {
        std::thread::id ran;
        std::thread::id destroyed;
        Event gone;
    };
    struct Tells : Background {
        explicit Tells(Seen& its_seen) : seen(its_seen) {}
        ~Tells() override {
            seen.destroyed = std::this_thread::get_id();
            seen.gone.set();
        }
        Outcome advance() override {
            seen.ran = std::this_thread::get_id();
            return std::nullopt;
        }
        Seen& seen;
    };
    Seen seen;
    Router router;
    router.add("POST", "/work", Lane::Work, answering([&](const Request&) {
                   Response response = text("");
                   response.background = std::make_shared<Tells>(seen);
                   return response;
               }));
    const RunningServer server(options(), router);
    Client client(server.port());
    client.ask(request("POST", "/work"));
    seen.gone.wait();
    EXPECT_EQ(seen.destroyed, seen.ran);
}

TEST(Background, RunsOnTheLaneOfItsRequest) {
    Blocked work;
    Event quick_done;
    auto advance = [&]() -> Outcome {
        quick_done.set();
        return std::nullopt;
    };
    add_work(work.router, "/quick", std::move(advance), Lane::Quick);
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

TEST(Background, HoldsNoThreadWhileItWaits) {
    Router router;
    std::atomic<bool> go = false;
    std::atomic<int> ended = 0;
    Event all_ended;
    auto advance = [&]() -> Outcome {
        if (!go) return milliseconds(1);
        if (++ended == 20) all_ended.set();
        return std::nullopt;
    };
    add_work(router, "/work", std::move(advance), Lane::Work);
    Options one = options();
    one.workers = 1;
    const RunningServer server(one, router);
    Client client(server.port());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(client.ask(request("POST", "/work")).status, 202);
    go = true;
    all_ended.wait();
}

TEST(Background, IsNotDroppedWhenTheQueueIsFull) {
    Blocked others;  // on the same one worker
    Event first_step;
    Event second_step;
    auto advance = [&]() -> Outcome {
        if (first_step.is_set()) {
            second_step.set();
            return std::nullopt;
        }
        first_step.set();
        return milliseconds(100);
    };
    add_work(others.router, "/steps", std::move(advance), Lane::Work);
    others.router.add("GET", "/block", Lane::Work, answering([&](const Request&) {
                          others.begun.set();
                          others.release.wait();
                          return text("released");
                      }));
    Options one = options();
    one.workers = 1;
    one.queue_limit = 1;
    const RunningServer server(one, others.router);
    Client steps(server.port());
    EXPECT_EQ(steps.ask(request("POST", "/steps")).status, 202);
    first_step.wait();
    std::vector<Client> blocked;
    const auto block = [&] {
        blocked.emplace_back(server.port());
        blocked.back().send(request("GET", "/block"));
    };
    block();
    others.begun.wait();
    // Until one is refused: the others are queued.
    const auto is_refused = [&] {
        // An answer of a lane that isn't blocked comes after the refusal would have come.
        EXPECT_EQ(steps.ask(request("GET", "/hello")).body, "hi");
        return blocked.back().readable();
    };
    do block();
    while (!is_refused());
    EXPECT_EQ(blocked.back().read().status, 503);
    others.release.set();
    second_step.wait();
}

TEST(Background, MayEndBeforeTheServerDoes) {
    LogLines lines;
    Blocked work;
    RunningServer server(options(), work.router, [] { FAIL() << "there was time enough"; });
    Client client(server.port());
    client.ask(request("POST", "/work"));
    client.close();
    work.begun.wait();
    server.stop();
    EXPECT_NE(lines.wait_for("shutting down").find("requests in work: 1"), std::string::npos);
    work.release.set();
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_TRUE(work.ended);
    EXPECT_FALSE(lines.has("did not end"));
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
    EXPECT_TRUE(lines.has("cancelling the requests in work: 1"));
    EXPECT_FALSE(lines.has("did not end"));
}

TEST(Background, IsWokenWhenCancelled) {
    Router router;
    Event begun;
    std::atomic<bool> cancelled = false;
    std::atomic<bool> ended = false;
    auto advance = [&]() -> Outcome {
        begun.set();
        if (!cancelled) return hours(24);
        ended = true;
        return std::nullopt;
    };
    add_work(router, "/work", std::move(advance), Lane::Work);
    Options patient = options();
    patient.shutdown_timeout = hours(1);
    RunningServer server(patient, router, [&] { cancelled = true; });
    Client client(server.port());
    client.ask(request("POST", "/work"));
    begun.wait();
    server.stop();
    server.stop();
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_TRUE(ended);
}

TEST(Background, IsLeftWhenItDoesNotEndAfterCancelling) {
    LogLines lines;
    Router router;
    Event begun;
    auto advance = [&]() -> Outcome {
        begun.set();
        return milliseconds(10);
    };
    add_work(router, "/work", std::move(advance), Lane::Work);
    Options hasty = options();
    hasty.shutdown_timeout = milliseconds(0);
    RunningServer server(hasty, router);
    Client client(server.port());
    client.ask(request("POST", "/work"));
    begun.wait();
    server.stop();
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_TRUE(lines.has("requests that did not end: 1"));
}
