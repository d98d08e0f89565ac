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

using Outcome = std::variant<Response, milliseconds>;

/// GET /block waits for `release`, GET /hello (Lane::Quick) doesn't.
struct Blocking {
    Blocking() {
        router.add("GET", "/block", Lane::Work, answering([this](const Request& request) {
                       ++entered;
                       begun.set();
                       release.wait();
                       return text("released " + request.query);
                   }));
        router.add("GET", "/hello", Lane::Quick, answering([](const Request&) {
                       return text("hi");
                   }));
    }

    Router router;
    Event begun;
    Event release;
    std::atomic<int> entered = 0;
};

Options one_worker(std::size_t queue_limit) {
    Options one = options();
    one.workers = 1;
    one.queue_limit = queue_limit;
    return one;
}

/// Asks /block until the one worker has it; it may not be there yet just after the start.
Client blocked(const RunningServer& server, Event& begun) {
    Client client(server.port());
    client.send(request("GET", "/block?0"));
    begun.wait();
    return client;
}

}  // namespace

TEST(Lanes, ServeQuickRequestsWhileAllWorkersAreBusy) {
    Blocking blocking;
    const RunningServer server(one_worker(8), blocking.router);
    Client slow = blocked(server, blocking.begun);
    Client quick(server.port());
    EXPECT_EQ(quick.ask(request("GET", "/hello")).body, "hi");
    blocking.release.set();
    EXPECT_EQ(slow.read().body, "released 0");
}

TEST(Lanes, AnswerBusyWhenTheQueueIsFull) {
    Blocking blocking;
    const RunningServer server(one_worker(1), blocking.router);
    Client running = blocked(server, blocking.begun);
    // One of the two waits in the queue, the other is refused; which, is up to the sockets.
    Client a(server.port());
    Client b(server.port());
    a.send(request("GET", "/block?1"));
    b.send(request("GET", "/block?1"));
    while (!a.readable() && !b.readable()) std::this_thread::yield();
    Client& refused = a.readable() ? a : b;
    Client& queued = a.readable() ? b : a;
    const Answer busy = refused.read();
    EXPECT_EQ(busy.status, 503);
    EXPECT_TRUE(busy.has("Retry-After: 1\r\n"));
    EXPECT_TRUE(busy.has("Content-Type: application/json; charset=utf-8\r\n"));
    EXPECT_EQ(busy.body, R"({"error":"too many requests are waiting; try again later"})");
    EXPECT_FALSE(busy.has("Connection: close"));
    blocking.release.set();
    EXPECT_EQ(running.read().body, "released 0");
    EXPECT_EQ(queued.read().body, "released 1");
    EXPECT_EQ(refused.ask(request("GET", "/hello")).body, "hi");
    EXPECT_EQ(blocking.entered, 2);
}

TEST(Lanes, HoldNoThreadWhileAStepWaits) {
    Router router;
    std::atomic<bool> go = false;
    router.add("GET", "/wait", Lane::Work, [&](Request) -> Step {
        return [&go, calls = 0]() mutable -> Outcome {
            ++calls;
            if (!go) return milliseconds(1);
            return text(calls > 1 ? "waited" : "at once");
        };
    });
    router.add("GET", "/go", Lane::Work, answering([&](const Request&) {
                   go = true;
                   return text("gone");
               }));
    const RunningServer server(one_worker(64), router);
    std::vector<Client> waiting;
    for (int i = 0; i < 32; ++i) {
        waiting.emplace_back(server.port());
        waiting.back().send(request("GET", "/wait"));
    }
    // All of them wait for this one, which has to get the one worker.
    Client client(server.port());
    EXPECT_EQ(client.ask(request("GET", "/go")).body, "gone");
    for (Client& each : waiting) EXPECT_EQ(each.read().status, 200);
}

TEST(Lanes, NeverDropAStepOfARequestThatWasAccepted) {
    static constexpr milliseconds kPause{100};
    Blocking blocking;
    Event first_step;
    blocking.router.add("GET", "/steps", Lane::Work, [&](Request) -> Step {
        return [&first_step, calls = 0]() mutable -> Outcome {
            if (calls++ > 0) return text("second step");
            first_step.set();
            return kPause;
        };
    });
    const RunningServer server(one_worker(1), blocking.router);
    Client steps(server.port());
    steps.send(request("GET", "/steps"));
    first_step.wait();
    const Client running = blocked(server, blocking.begun);
    std::vector<Client> others;
    for (bool full = false; !full;) {
        others.emplace_back(server.port());
        others.back().send(request("GET", "/block"));
        for (const Client& other : others) full = full || other.readable();
    }
    // From outside nothing can be seen of a step that finds the queue full: leave it the time.
    std::this_thread::sleep_for(kPause * 2);
    EXPECT_FALSE(steps.readable());
    blocking.release.set();
    EXPECT_EQ(steps.read().body, "second step");
}

TEST(Lanes, TurnExceptionsIntoAnswers) {
    Router router;
    const auto fail = []() -> Outcome { throw std::runtime_error("in the step"); };
    router.add("POST", "/step", Lane::Work, [&](Request) -> Step { return fail; });
    router.add("POST", "/handler", Lane::Quick, [](Request) -> Step {
        throw std::runtime_error("in the handler");
    });
    router.add("POST", "/second", Lane::Work, [](Request) -> Step {
        return [calls = 0]() mutable -> Outcome {
            if (calls++ > 0) throw std::runtime_error("in the second step");
            return milliseconds(0);
        };
    });
    router.add("POST", "/none", Lane::Work, [](Request) { return Step(); });
    router.on_error([](const Request& request, std::exception_ptr error) {
        Response response = text(request.path + request.body);
        response.status = 500;
        try {
            std::rethrow_exception(error);
        } catch (const std::bad_function_call&) {
            response.body += " no step";
        } catch (const std::exception& exception) {
            response.body += std::string(" ") + exception.what();
        }
        return response;
    });
    const RunningServer server(options(), router);
    Client client(server.port());
    const struct {
        const char* path;
        const char* body;
    } cases[] = {
        {"/step", "/step in the step"},
        {"/handler", "/handler in the handler"},
        {"/second", "/second in the second step"},
        {"/none", "/none no step"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.path);
        const Answer answer = client.ask(request("POST", c.path));
        EXPECT_EQ(answer.status, 500);
        EXPECT_EQ(answer.body, c.body);
    }
}

TEST(Lanes, LetARequestEndWhoseClientHasGone) {
    Blocking blocking;
    Event ended;
    std::atomic<int> steps = 0;
    blocking.router.add("POST", "/apply", Lane::Work, [&](Request) -> Step {
        return [&]() -> Outcome {
            if (++steps == 1) {
                blocking.begun.set();
                blocking.release.wait();
            }
            if (steps < 5) return milliseconds(1);
            ended.set();
            return text("applied");
        };
    });
    const RunningServer server(one_worker(8), blocking.router);
    {
        Client client(server.port());
        client.send(request("POST", "/apply"));
        blocking.begun.wait();
    }
    blocking.release.set();
    ended.wait();
    EXPECT_EQ(steps, 5);
    Client next(server.port());
    EXPECT_EQ(next.ask(request("GET", "/hello")).body, "hi");
}

TEST(Lanes, DestroyAStepBeforeItsAnswerGoesOut) {
    struct Connection {
        explicit Connection(std::atomic<bool>& its_gone) : gone(its_gone) {}
        ~Connection() { gone = true; }
        std::atomic<bool>& gone;
    };
    std::atomic<bool> gone = false;
    Router router;
    router.add("GET", "/", Lane::Work, [&](Request) -> Step {
        return [connection = std::make_shared<Connection>(gone)]() -> Outcome { return text("x"); };
    });
    const RunningServer server(options(), router);
    Client client(server.port());
    EXPECT_EQ(client.ask(request("GET", "/")).body, "x");
    EXPECT_TRUE(gone);
}
