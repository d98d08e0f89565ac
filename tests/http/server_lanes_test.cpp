#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "client.hpp"
#include "http/server.hpp"
#include "running_server.hpp"

using namespace migrator::http;
using namespace migrator::http::test;

namespace {

/// GET /block waits for `release`, GET /hello (Lane::Quick) doesn't.
struct Blocking {
    Blocking() {
        router.add("GET", "/block", Lane::Work, [this](const Request& request) {
            ++entered;
            begun.set();
            release.wait();
            return text("released " + request.query);
        });
        router.add("GET", "/hello", Lane::Quick, [](const Request&) { return text("hi"); });
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

TEST(Lanes, ServeOthersWhilePatientRequestsWait) {
    constexpr std::size_t kWaiting = 16;
    Blocking blocking;
    std::atomic<std::size_t> waiting = 0;
    Event all_wait;
    Event go;
    const auto wait = [&](const Request&) {
        if (++waiting == kWaiting) all_wait.set();
        go.wait();
        return text("waited");
    };
    blocking.router.add("GET", "/wait", Lane::Patient, wait);
    blocking.router.add("GET", "/probe", Lane::Probe, [](const Request&) { return text("up"); });
    blocking.router.add("GET", "/work", Lane::Work, [](const Request&) { return text("done"); });
    Options patient = one_worker(64);
    patient.patient_workers = kWaiting;
    const RunningServer server(patient, blocking.router);
    std::vector<Client> clients;
    for (std::size_t i = 0; i < kWaiting; ++i) {
        clients.emplace_back(server.port());
        clients.back().send(request("GET", "/wait"));
    }
    all_wait.wait();
    Client client(server.port());
    EXPECT_EQ(client.ask(request("GET", "/hello")).body, "hi");
    EXPECT_EQ(client.ask(request("GET", "/probe")).body, "up");
    EXPECT_EQ(client.ask(request("GET", "/work")).body, "done");
    go.set();
    for (Client& each : clients) EXPECT_EQ(each.read().body, "waited");
}

TEST(Lanes, AnswerQuickRequestsWhileProbesWait) {
    Blocking blocking;
    std::atomic<int> probes = 0;
    Event go;
    Event all_wait;
    blocking.router.add("GET", "/probe", Lane::Probe, [&](const Request&) {
        if (++probes == 4) all_wait.set();  // as many as there are threads for
        go.wait();
        return text("up");
    });
    const RunningServer server(options(), blocking.router);
    std::vector<Client> clients;
    for (int i = 0; i < 20; ++i) {
        clients.emplace_back(server.port());
        clients.back().send(request("GET", "/probe"));
    }
    all_wait.wait();
    Client client(server.port());
    EXPECT_EQ(client.ask(request("GET", "/hello")).body, "hi");
    go.set();
    for (Client& each : clients) EXPECT_EQ(each.read().body, "up");
}

TEST(Lanes, TakeARequestOverFromEachOther) {
    struct Seen {
        std::thread::id began;
        std::thread::id went_on;
    } seen;
    Blocking blocking;
    blocking.router.add("POST", "/service", Lane::Work, [&](const Request& sent) {
        seen.began = std::this_thread::get_id();
        return GoesOn{Lane::Patient, [&seen, body = sent.body] {
                          seen.went_on = std::this_thread::get_id();
                          return text("mutation " + body);
                      }};
    });
    const RunningServer server(one_worker(8), blocking.router);
    Client client(server.port());
    EXPECT_EQ(
        client.ask("POST /service HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx").body,
        "mutation x"
    );
    EXPECT_NE(seen.began, seen.went_on);
}

TEST(Lanes, AnswerBusyWhenTheOtherLaneIsFull) {
    Blocking blocking;
    blocking.router.add("GET", "/moves", Lane::Quick, [](const Request&) {
        return GoesOn{Lane::Work, [] { return text("moved"); }};
    });
    const RunningServer server(one_worker(0), blocking.router);
    Client running = blocked(server, blocking.begun);
    Client client(server.port());
    EXPECT_EQ(client.ask(request("GET", "/moves")).status, 503);
    blocking.release.set();
    EXPECT_EQ(running.read().status, 200);
}

TEST(Lanes, TurnExceptionsIntoAnswers) {
    Router router;
    router.add("POST", "/handler", Lane::Quick, [](const Request&) -> Response {
        throw std::runtime_error("in the handler");
    });
    router.add("POST", "/rest", Lane::Work, [](const Request&) {
        return GoesOn{Lane::Patient, []() -> Response { throw std::runtime_error("in the rest"); }};
    });
    router.add("POST", "/none", Lane::Work, [](const Request&) {
        return GoesOn{Lane::Patient, nullptr};
    });
    router.on_error([](const Request& request, std::exception_ptr error) {
        Response response = text(request.path + request.body);
        response.status = 500;
        try {
            std::rethrow_exception(error);
        } catch (const std::bad_function_call&) {
            response.body += " nothing to call";
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
        {"/handler", "/handler in the handler"},
        {"/rest", "/rest in the rest"},
        {"/none", "/none nothing to call"},
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
    blocking.router.add("POST", "/apply", Lane::Work, [&](const Request&) {
        blocking.begun.set();
        blocking.release.wait();
        return GoesOn{Lane::Patient, [&] {
                          ended.set();
                          return text("applied");
                      }};
    });
    const RunningServer server(one_worker(8), blocking.router);
    {
        Client client(server.port());
        client.send(request("POST", "/apply"));
        blocking.begun.wait();
    }
    blocking.release.set();
    ended.wait();
    Client next(server.port());
    EXPECT_EQ(next.ask(request("GET", "/hello")).body, "hi");
}

TEST(Lanes, DestroyARequestBeforeItsAnswerGoesOut) {
    struct Connection {
        explicit Connection(std::atomic<bool>& its_gone) : gone(its_gone) {}
        ~Connection() { gone = true; }
        std::atomic<bool>& gone;
    };
    std::atomic<bool> gone = false;
    Router router;
    router.add("GET", "/", Lane::Work, [&](const Request&) {
        return GoesOn{
            Lane::Patient, [connection = std::make_shared<Connection>(gone)] { return text("x"); }};
    });
    const RunningServer server(options(), router);
    Client client(server.port());
    EXPECT_EQ(client.ask(request("GET", "/")).body, "x");
    EXPECT_TRUE(gone);
}
