#include "http/message.hpp"

#include <gtest/gtest.h>

#include "http/request_id.hpp"
#include "http/response_head.hpp"
#include "http/text.hpp"

using namespace migrator::http;
using std::chrono::nanoseconds;
using std::chrono::system_clock;

TEST(Request, FindsHeadersInAnyCase) {
    Request request;
    request.headers = {{"X-Request-ID", "a"}, {"x-request-id", "b"}};
    EXPECT_EQ(request.header("x-REQUEST-id"), "a");
    EXPECT_EQ(request.header("X-Request"), std::nullopt);
}

TEST(RequestIds, UseTheClientsWhereItIsFitForALogLine) {
    const struct {
        const char* name;
        std::string given;
        bool used;
    } cases[] = {
        {"plain", "aZ09._-", true},
        {"longest", std::string(128, 'a'), true},
        {"too long", std::string(129, 'a'), false},
        {"empty", "", false},
        {"blank", "a b", false},
        {"line break", "a\nb", false},
        {"not ASCII", "\xc3\xa9", false},
    };
    const system_clock::time_point now{nanoseconds(1'795'349'042'469'497'001)};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        RequestIds ids;
        Request request;
        request.headers = {{"X-Request-ID", c.given}};
        EXPECT_EQ(ids.id_of(request, now), c.used ? c.given : "1795349042469497001");
    }
}

TEST(RequestIds, NeverRepeatAGeneratedId) {
    RequestIds ids;
    const system_clock::time_point now{nanoseconds(5)};
    EXPECT_EQ(ids.id_of({}, now), "5");
    EXPECT_EQ(ids.id_of({}, now), "6");
    EXPECT_EQ(ids.id_of({}, now - nanoseconds(3)), "7");
}

const std::string kForBrowsers =
    "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
    "Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n";

TEST(ResponseHead, SaysHowTheAnswerIsFramed) {
    const system_clock::time_point now{std::chrono::seconds(784'111'777)};
    const Response response{
        .status = 404, .content_type = "text/plain", .body = "abc", .headers = {{"A", "b"}}};
    EXPECT_EQ(
        response_head(response, {.version = 11, .keep_alive = true, .now = now}),
        "HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Content-Type: text/plain\r\nContent-Length: 3\r\nA: b\r\n" +
            kForBrowsers + "\r\n"
    );
    const Response empty{.status = 204, .content_type = "", .body = "", .headers = {}};
    EXPECT_EQ(
        response_head(empty, {.version = 10, .keep_alive = true, .now = now}),
        "HTTP/1.0 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n" + kForBrowsers +
            "Connection: keep-alive\r\n\r\n"
    );
    EXPECT_FALSE(has_body(empty));
}

TEST(ResponseHead, LetsNoValueAddAField) {
    const Response response{
        .status = 200, .content_type = "", .body = "", .headers = {{"A", "b\r\nEvil: yes"}}};
    const std::string head = response_head(response, {.now = system_clock::now()});
    EXPECT_NE(head.find("A: b  Evil: yes\r\n"), std::string::npos);
}

TEST(Text, EscapesForLogAndJson) {
    EXPECT_EQ(escape_for_log("/a b\n\x1b[0m\xc3"), "/a\\x20b\\x0a\\x1b[0m\\xc3");
    EXPECT_EQ(escape_for_log("/a\\x20?b=c"), "/a\\\\x20?b=c");
    EXPECT_EQ(error_body("no d\xC3\xBC\xFF"), "{\"error\":\"no d\xC3\xBC\xEF\xBF\xBD\"}");
    EXPECT_EQ(error_body("a \"b\" \\ \n"), R"({"error":"a \"b\" \\ \n"})");
}
