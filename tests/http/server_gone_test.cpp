#include <gtest/gtest.h>

#include <stop_token>

#include "client.hpp"
#include "running_server.hpp"

namespace migrator::http::test {
namespace {

/// A handler that works until its client has gone, or until it may end.
class Waiting {
public:
    explicit Waiting(Router& router) {
        router.add("GET", "/wait", Lane::Work, [this](const Request& request) {
            const std::stop_callback on_gone(request.gone, [this] { noticed.set(); });
            begun.set();
            may_end.wait();
            return text(request.gone.stop_requested() ? "gone" : "there");
        });
        router.add("GET", "/quick", Lane::Quick, [](const Request& request) {
            return text(request.gone.stop_possible() ? "watched" : "not watched");
        });
    }

    Event begun;
    Event noticed;
    Event may_end;
};

TEST(ServerGone, TellsAHandlerThatItsClientHasGone) {
    Router router;
    Waiting waiting(router);
    const RunningServer server(options(), router);
    Client client(server.port());
    client.send(request("GET", "/wait"));
    waiting.begun.wait();
    client.close();
    waiting.noticed.wait();
    waiting.may_end.set();
}

TEST(ServerGone, NoticesAnEndBehindAPipelinedRequest) {
    Router router;
    Waiting waiting(router);
    const RunningServer server(options(), router);
    Client client(server.port());
    client.send(request("GET", "/wait"));
    waiting.begun.wait();
    client.send(request("GET", "/quick"));
    client.close();
    waiting.noticed.wait();
    waiting.may_end.set();
}

TEST(ServerGone, TakesNoBytesOfPipelinedRequests) {
    Router router;
    Waiting waiting(router);
    const RunningServer server(options(), router);
    Client client(server.port());
    client.send(request("GET", "/quick") + request("GET", "/wait"));
    waiting.begun.wait();
    client.send(request("GET", "/quick"));
    waiting.may_end.set();
    EXPECT_EQ(client.read().body, "watched");
    EXPECT_EQ(client.read().body, "there");
    EXPECT_EQ(client.read().body, "watched");
    EXPECT_FALSE(waiting.noticed.is_set());
}

TEST(ServerGone, WatchesEachRequestOfAConnection) {
    Router router;
    Waiting waiting(router);
    const RunningServer server(options(), router);
    Client client(server.port());
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client.ask(request("GET", "/quick")).body, "watched");
    client.send(request("GET", "/wait"));
    waiting.begun.wait();
    client.close();
    waiting.noticed.wait();
    waiting.may_end.set();
}

TEST(ServerGone, AnswersAClientThatOnlyEndsItsSide) {
    Router router;
    Waiting waiting(router);
    const RunningServer server(options(), router);
    Client client(server.port());
    client.send(request("GET", "/wait"));
    client.end_sending();
    waiting.noticed.wait();
    waiting.may_end.set();
    EXPECT_EQ(client.read().body, "gone");
}

}  // namespace
}  // namespace migrator::http::test
