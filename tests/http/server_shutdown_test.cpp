#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>

#include "client.hpp"
#include "http/server.hpp"
#include "running_server.hpp"

using namespace migrator::http;
using namespace migrator::http::test;
using std::chrono::hours;
using std::chrono::milliseconds;

namespace {

struct Work {
    Work() {
        router.add("GET", "/work", Lane::Work, [this](const Request& request) {
            begun.set();
            release.wait();
            ++ended;
            return text("done " + request.query);
        });
        router.add("GET", "/hello", Lane::Quick, [](const Request&) { return text("hi"); });
    }

    Router router;
    Event begun;
    Event release;
    std::atomic<int> ended = 0;
};

bool refuses_connections(std::uint16_t port) try {
    Client client(port);
    return client.ask(request("GET", "/hello")).status == 0;
} catch (const std::runtime_error&) {
    return true;
}

}  // namespace

TEST(Shutdown, EndsAtOnceWhenNothingIsInWork) {
    Work work;
    RunningServer server(options(), work.router, [] { FAIL() << "nothing to cancel"; });
    Client idle(server.port());
    EXPECT_EQ(idle.ask(request("GET", "/hello")).status, 200);
    Client fresh(server.port());
    server.stop();
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_EQ(idle.read_to_end(), "");
    EXPECT_TRUE(refuses_connections(server.port()));
}

TEST(Shutdown, EndsOnASignal) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        Work work;
        RunningServer server(options(), work.router);
        Client client(server.port());
        EXPECT_EQ(client.ask(request("GET", "/hello")).status, 200);
        ASSERT_EQ(::kill(::getpid(), signal), 0);
        EXPECT_EQ(server.exit_code(), 0);
    }
}

TEST(Shutdown, MayBeAskedForBeforeTheServerRuns) {
    const Work work;
    Server server(options(), work.router);
    server.stop();
    EXPECT_EQ(server.run_until_signal({}), 0);
}

TEST(Shutdown, LetsARequestInWorkEnd) {
    LogLines lines;
    Work work;
    RunningServer server(options(), work.router, [] { FAIL() << "there was time enough"; });
    Client client(server.port());
    client.send(request("GET", "/work?1") + request("GET", "/work?2"));
    work.begun.wait();
    server.stop();
    lines.wait_for("shutting down");
    EXPECT_TRUE(refuses_connections(server.port()));
    work.release.set();
    const Answer answer = client.read();
    EXPECT_EQ(answer.body, "done 1");
    EXPECT_TRUE(answer.has("Connection: close\r\n"));
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_EQ(work.ended, 1);  // the second was not begun
}

TEST(Shutdown, CancelsWhatDoesNotEndInTime) {
    Work work;
    Options hasty = options();
    hasty.shutdown_timeout = milliseconds(50);
    std::atomic<int> cancelled = 0;
    RunningServer server(hasty, work.router, [&] {
        ++cancelled;
        work.release.set();
    });
    Client client(server.port());
    client.send(request("GET", "/work?1"));
    work.begun.wait();
    server.stop();
    EXPECT_EQ(client.read().body, "done 1");
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_EQ(cancelled, 1);
}

TEST(Shutdown, CancelsAtOnceOnASecondSignal) {
    Work work;
    Options patient = options();
    patient.shutdown_timeout = hours(1);
    std::atomic<int> cancelled = 0;
    RunningServer server(patient, work.router, [&] {
        ++cancelled;
        work.release.set();
    });
    Client client(server.port());
    client.send(request("GET", "/work?1"));
    work.begun.wait();
    server.stop();
    server.stop();
    server.stop();
    EXPECT_EQ(client.read().body, "done 1");
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_EQ(cancelled, 1);
}

TEST(Shutdown, BeginsNoQueuedRequestAfterCancelling) {
    Work work;
    Options one = options();
    one.workers = 1;
    one.shutdown_timeout = hours(1);
    RunningServer server(one, work.router, [&] { work.release.set(); });
    Client first(server.port());
    first.send(request("GET", "/work?1"));
    work.begun.wait();
    LogLines lines;
    Client queued(server.port());
    queued.send(request("GET", "/work?2"));
    lines.wait_for("request=/work?2");
    server.stop();
    server.stop();
    EXPECT_EQ(first.read().body, "done 1");
    EXPECT_EQ(queued.read().status, 503);
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_EQ(work.ended, 1);
}

TEST(Shutdown, BeginsNoRestOfARequestAfterCancelling) {
    Work work;
    Options one = options();
    one.patient_workers = 1;
    one.shutdown_timeout = hours(1);
    work.router.add("GET", "/patient", Lane::Patient, [&](const Request&) {
        work.begun.set();
        work.release.wait();
        return text("done");
    });
    std::atomic<bool> rest_begun = false;
    Event moved;
    work.router.add("GET", "/moves", Lane::Work, [&](const Request&) {
        moved.set();
        return GoesOn{Lane::Patient, [&] {
                          rest_begun = true;
                          return text("rest");
                      }};
    });
    RunningServer server(one, work.router, [&] { work.release.set(); });
    Client first(server.port());
    first.send(request("GET", "/patient"));
    work.begun.wait();
    Client queued(server.port());
    queued.send(request("GET", "/moves"));
    moved.wait();
    server.stop();
    server.stop();
    EXPECT_EQ(first.read().body, "done");
    EXPECT_EQ(queued.read().status, 503);
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_FALSE(rest_begun);
}

TEST(Shutdown, EndsAlthoughARequestIsHalfSent) {
    Work work;
    RunningServer server(options(), work.router, [] { FAIL() << "nothing was in work"; });
    Client client(server.port());
    client.send(request("GET", "/hello") + "GET /hello HT");
    EXPECT_EQ(client.read().body, "hi");
    server.stop();
    client.read();
    client.close();
    EXPECT_EQ(server.exit_code(), 0);
}

TEST(Shutdown, SurvivesAnExceptionOfCancel) {
    LogLines lines;
    Work work;
    Options hasty = options();
    hasty.shutdown_timeout = milliseconds(0);
    RunningServer server(hasty, work.router, [&] {
        work.release.set();
        throw std::runtime_error("no way");
    });
    Client client(server.port());
    client.send(request("GET", "/work"));
    work.begun.wait();
    server.stop();
    EXPECT_EQ(server.exit_code(), 0);
    EXPECT_TRUE(lines.has("could not cancel requests: no way"));
}

TEST(Shutdown, NamesWhatHasNotEndedAndLeavesItToTheProcess) {
    LogLines lines;
    Work work;
    Options hasty = options();
    hasty.shutdown_timeout = milliseconds(0);
    RunningServer server(hasty, work.router);
    Client client(server.port());
    client.send(request("GET", "/work?1"));
    work.begun.wait();
    server.stop();
    EXPECT_EQ(server.exit_code(), Server::kUnfinished);
    EXPECT_TRUE(lines.has("requests that did not finish: 1"));
    EXPECT_TRUE(lines.has("did not finish: method=GET request=/work?1"));
    work.release.set();
}

TEST(Shutdown, DoesNotWaitForACancelThatHangs) {
    LogLines lines;
    Work work;
    Options hasty = options();
    hasty.shutdown_timeout = milliseconds(0);
    Event let_go;
    RunningServer server(hasty, work.router, [&] {
        work.release.set();
        let_go.wait();
    });
    Client client(server.port());
    client.send(request("GET", "/work?1"));
    work.begun.wait();
    server.stop();
    EXPECT_EQ(client.read().body, "done 1");
    EXPECT_EQ(server.exit_code(), Server::kUnfinished);
    EXPECT_TRUE(lines.has("canceling the requests in progress did not finish"));
    let_go.set();
}
