#include <gtest/gtest.h>

#include <thread>

#include "core/error.hpp"
#include "notifier/notifier.hpp"
#include "support/small_http_server.hpp"

namespace migrator::notifier {
namespace {

using test::RequestLog;
using test::ServedConnection;
using test::SmallHttpServer;

class Webhook : public testing::Test {
protected:
    Webhook() { test::forget_proxies(); }

    /// A receiver that keeps the request and answers.
    SmallHttpServer::Script answering(int status, const std::string& body) {
        return [this, status, body](ServedConnection& connection) {
            log_.add(connection.read_request());
            connection.answer(status, body);
        };
    }

    RequestLog log_;
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_F(Webhook, PostsTheSummaryAndReturnsTheAnswer) {
    const SmallHttpServer server(answering(200, "thanks"));
    Summary summary;
    summary.version_id = 7;
    const auto notifier = make_notifier({.url = server.url("/hook?key=x")});
    EXPECT_EQ(notifier->notify(summary), "thanks");
    const std::string request = log_.only();
    EXPECT_TRUE(request.starts_with("POST /hook?key=x HTTP/1.1\r\n")) << request;
    EXPECT_TRUE(contains(request, "\r\nContent-Type: application/json\r\n")) << request;
    EXPECT_TRUE(request.ends_with("\r\n\r\n" + webhook_body(summary, ""))) << request;
}

TEST_F(Webhook, SendsItsHeadersAndTemplate) {
    const SmallHttpServer server(answering(200, ""));
    const auto notifier = make_notifier(
        {.url = server.url(),
         .headers = {{"Authorization", "Bearer abc"}, {"content-type", "text/plain"}},
         .body_template = "version ${summary.versionId}"}
    );
    Summary summary;
    summary.version_id = 7;
    EXPECT_EQ(notifier->notify(summary), "");
    const std::string request = log_.only();
    EXPECT_TRUE(contains(request, "\r\nAuthorization: Bearer abc\r\n")) << request;
    EXPECT_TRUE(contains(request, "\r\ncontent-type: text/plain\r\n")) << request;
    EXPECT_FALSE(contains(request, "application/json")) << request;
    EXPECT_TRUE(request.ends_with("\r\n\r\nversion 7")) << request;
}

TEST_F(Webhook, TakesAnyStatusForSuccess) {
    for (const int status : {204, 302, 400, 404, 500, 503}) {
        const SmallHttpServer server(answering(status, status == 204 ? "" : "no"));
        EXPECT_EQ(make_notifier({.url = server.url()})->notify({}), status == 204 ? "" : "no");
    }
}

TEST_F(Webhook, CutsALongAnswerBetweenTwoCharacters) {
    const struct {
        std::string answer;
        std::size_t shown;
    } cases[] = {
        {std::string(1'024, 'x'), 1'024},
        {std::string(100'000, 'x'), 1'024},
        {std::string(1'023, 'x') + "\xC3\xA9 and more", 1'023},
        {std::string(1'022, 'x') + "\xC3\xA9 and more", 1'024},
        {std::string(1'021, 'x') + "\xF0\x9F\x98\x80 and more", 1'021},
        {std::string(100'000, '\x80'), 1'024}};
    for (const auto& c : cases) {
        const SmallHttpServer server(answering(200, c.answer));
        EXPECT_EQ(make_notifier({.url = server.url()})->notify({}), c.answer.substr(0, c.shown));
    }
}

TEST_F(Webhook, SaysWhereItDidNotGetButNoSecret) {
    const SmallHttpServer server([](ServedConnection& connection) { connection.read_request(); });
    const auto notifier = make_notifier(
        {.url = "http://user:hunter2@" + server.host() + "/T0KEN?k=S3CRET",
         .headers = {{"Authorization", "B3ARER"}}}
    );
    try {
        notifier->notify({});
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        const std::string message = error.what();
        EXPECT_TRUE(message.starts_with("POST http://" + server.host() + ": ")) << message;
        for (const char* secret : {"user", "hunter2", "T0KEN", "S3CRET", "B3ARER"}) {
            EXPECT_FALSE(contains(message, secret)) << message;
        }
    }
}

TEST_F(Webhook, GivesUpAReceiverThatHangsAfterTenSeconds) {
    const SmallHttpServer server([](ServedConnection& connection) { connection.wait_for_end(); });
    try {
        make_notifier({.url = server.url("/T0KEN")})->notify({});
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
        EXPECT_EQ(error.what(), "POST http://" + server.host() + ": no response within 10 s");
    }
}

TEST_F(Webhook, NotifiesFromSeveralThreadsAtOnce) {
    const SmallHttpServer server(answering(200, "ok"));
    const auto notifier = make_notifier({.url = server.url()});
    std::atomic<int> answered = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] { answered += notifier->notify({}) == "ok" ? 1 : 0; });
        }
    }
    EXPECT_EQ(answered, 4);
    EXPECT_EQ(log_.size(), 4U);
}

TEST_F(Webhook, NotifiesNobodyWithoutAUrl) {
    const auto notifier = make_notifier({.headers = {{"A", "b"}}, .body_template = "x"});
    EXPECT_EQ(notifier->notify({}), "noop");
}

}  // namespace
}  // namespace migrator::notifier
