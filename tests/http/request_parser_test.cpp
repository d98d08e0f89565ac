#include "http/request_parser.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

using namespace migrator::http;

namespace {

constexpr RequestParser::Limits kLimits{.header_bytes = 512, .body_bytes = 16};
const std::string kHost = "Host: test\r\n";

/// Feeds `bytes` in pieces of `size`, as a socket might bring them. Returns what was left over.
std::string feed(RequestParser& parser, const std::string& bytes, std::size_t size) {
    std::string pending;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        pending += bytes.substr(at, size);
        pending.erase(0, parser.feed(pending));
    }
    return pending;
}

}  // namespace

TEST(RequestParser, ReadsRequestsHoweverTheyAreCut) {
    const struct {
        const char* name;
        std::string bytes;
        std::string method;
        std::string body;
        bool keep_alive;
    } cases[] = {
        {"no body", "GET /a HTTP/1.1\r\n" + kHost + "\r\n", "GET", "", true},
        {"empty lines first", "\r\n\r\nGET /a HTTP/1.1\r\n" + kHost + "\r\n", "GET", "", true},
        {"length",
         "POST /a HTTP/1.1\r\n" + kHost + "Content-Length: 5\r\n\r\nhello",
         "POST",
         "hello",
         true},
        {"length 0",
         "POST /a HTTP/1.1\r\n" + kHost + "Content-Length: 0\r\n\r\n",
         "POST",
         "",
         true},
        {"chunks",
         "POST /a HTTP/1.1\r\n" + kHost +
             "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
         "POST",
         "hello",
         true},
        {"close", "GET /a HTTP/1.1\r\n" + kHost + "Connection: close\r\n\r\n", "GET", "", false},
        {"1.0", "GET /a HTTP/1.0\r\n\r\n", "GET", "", false},
        {"1.0 that stays", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET", "", true},
    };
    for (const auto& c : cases) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
            SCOPED_TRACE(std::string(c.name) + ", pieces of " + std::to_string(size));
            RequestParser parser(kLimits);
            EXPECT_EQ(feed(parser, c.bytes, size), "");
            EXPECT_EQ(parser.refusal(), std::nullopt);
            ASSERT_TRUE(parser.complete());
            EXPECT_EQ(parser.keep_alive(), c.keep_alive);
            const Request request = parser.take();
            EXPECT_EQ(request.method, c.method);
            EXPECT_EQ(request.path, "/a");
            EXPECT_EQ(request.body, c.body);
        }
    }
}

TEST(RequestParser, LeavesTheNextRequestAlone) {
    RequestParser parser(kLimits);
    const std::string next = "GET /b HTTP/1.1\r\n\r\n";
    const std::string first = "POST /a HTTP/1.1\r\n" + kHost + "Content-Length: 2\r\n\r\nhi";
    EXPECT_EQ(parser.feed(first + next), first.size());
    EXPECT_TRUE(parser.complete());
    EXPECT_EQ(parser.feed(next), 0U);
}

TEST(RequestParser, IsNotBegunByEmptyLines) {
    RequestParser parser(kLimits);
    EXPECT_EQ(parser.feed("\r\n\r\n"), 4U);
    EXPECT_FALSE(parser.begun());
    parser.feed("G");
    EXPECT_TRUE(parser.begun());
    EXPECT_FALSE(parser.complete());
}

TEST(RequestParser, RefusesMalformedAmbiguousAndTooLarge) {
    const std::string post = "POST /a HTTP/1.1\r\n" + kHost;
    const std::string chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
    const struct {
        const char* name;
        std::string bytes;
        int status;
        const char* message;
    } cases[] = {
        {"no request", "nonsense\r\n\r\n", 400, "malformed request"},
        {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "version"},
        {"bare line feeds", "GET /a HTTP/1.1\nHost: a\n\n\r\n\r\n", 400, "malformed request"},
        {"bad percent", "GET /%zz HTTP/1.1\r\n" + kHost + "\r\n", 400, "target"},
        {"no slash", "GET a HTTP/1.1\r\n" + kHost + "\r\n", 400, "target"},
        {"no host", "GET /a HTTP/1.1\r\n\r\n", 400, "the Host header is missing"},
        {"two hosts", "GET /a HTTP/1.1\r\n" + kHost + kHost + "\r\n", 400, "Host"},
        {"blank before colon", "GET /a HTTP/1.1\r\n" + kHost + "A : b\r\n\r\n", 400, "malformed"},
        {"length is no number", post + "Content-Length: +5\r\n\r\n", 400, "Content-Length"},
        {"lengths differ",
         post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
         400,
         "Content-Length"},
        {"lengths agree",
         post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
         400,
         "Content-Length"},
        {"list of lengths", post + "Content-Length: 5, 5\r\n\r\nhello", 400, "Content-Length"},
        {"length and chunks",
         post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
         400,
         "Transfer-Encoding"},
        {"chunks and length",
         post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
         400,
         "Content-Length"},
        {"chunked twice",
         post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
         400,
         "Transfer-Encoding"},
        {"other encoding", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 400, "chunked"},
        {"unknown encoding",
         post + "Transfer-Encoding: x\r\nContent-Length: 5\r\n\r\nhello",
         400,
         "chunked"},
        {"chunks in 1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "1.0"},
        {"bad chunk size", chunked + "xyz\r\n", 400, "malformed request"},
        {"header too large",
         "GET /a HTTP/1.1\r\n" + kHost + "A: " + std::string(512, 'x'),
         431,
         "512 bytes"},
        {"target too large", "GET /" + std::string(600, 'x'), 431, "512 bytes"},
        {"both together too large",
         "GET /" + std::string(300, 'x') + " HTTP/1.1\r\n" + kHost + "A: " + std::string(300, 'x') +
             "\r\n\r\n",
         431,
         "512 bytes"},
        {"announced body too large", post + "Content-Length: 17\r\n\r\n", 413, "16 bytes"},
        {"chunks too large", chunked + "a\r\n0123456789\r\na\r\n", 413, "16 bytes"},
        {"trailer too large", chunked + "0\r\nA: " + std::string(600, 'x'), 431, "trailer"},
        {"chunk extension too large", chunked + "1;" + std::string(600, 'x'), 431, "chunk"},
        {"other expectation",
         post + "Expect: miracles\r\nContent-Length: 5\r\n\r\n",
         417,
         "100-continue"},
    };
    for (const auto& c : cases) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{100'000}}) {
            SCOPED_TRACE(std::string(c.name) + ", pieces of " + std::to_string(size));
            RequestParser parser(kLimits);
            feed(parser, c.bytes, size);
            EXPECT_FALSE(parser.complete());
            ASSERT_NE(parser.refusal(), std::nullopt);
            EXPECT_EQ(parser.refusal()->status, c.status);
            EXPECT_NE(parser.refusal()->message.find(c.message), std::string::npos)
                << parser.refusal()->message;
        }
    }
}

TEST(RequestParser, TakesWhatIsJustWithinTheLimits) {
    RequestParser parser({.header_bytes = 512, .body_bytes = 16});
    std::string head = "POST /a HTTP/1.1\r\n" + kHost + "Content-Length: 16\r\nA: ";
    head += std::string(512 - head.size() - 4, 'x') + "\r\n\r\n";
    ASSERT_EQ(head.size(), 512U);
    feed(parser, head + std::string(16, 'b'), 5);
    EXPECT_EQ(parser.refusal(), std::nullopt);
    EXPECT_TRUE(parser.complete());
}

TEST(RequestParser, KeepsTrailersOutOfTheHeaders) {
    RequestParser parser(kLimits);
    const std::string bytes = "POST /a HTTP/1.1\r\n" + kHost +
                              "Transfer-Encoding: chunked\r\n\r\n"
                              "2\r\nhi\r\n0\r\nX-Request-ID: forged\r\n\r\n";
    feed(parser, bytes, 3);
    ASSERT_TRUE(parser.complete());
    const Request request = parser.take();
    EXPECT_EQ(request.body, "hi");
    EXPECT_EQ(request.header("X-Request-ID"), std::nullopt);
    EXPECT_EQ(request.header("host"), "test");
}

TEST(RequestParser, AsksOnceForABodyThatWaits) {
    const std::string head =
        "POST /a HTTP/1.1\r\n" + kHost + "Expect: 100-Continue\r\nContent-Length: 5\r\n\r\n";
    RequestParser waiting(kLimits);
    waiting.feed(head);
    EXPECT_TRUE(waiting.take_continue());
    EXPECT_FALSE(waiting.take_continue());
    waiting.feed("hello");
    EXPECT_TRUE(waiting.complete());

    RequestParser impatient(kLimits);
    impatient.feed(head + "hel");
    EXPECT_FALSE(impatient.take_continue());

    RequestParser too_large(kLimits);
    too_large.feed(
        "POST /a HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 99\r\n\r\n"
    );
    EXPECT_FALSE(too_large.take_continue());
    EXPECT_EQ(too_large.refusal()->status, 413);
}

TEST(RequestParser, StandsAnyBytesHoweverTheyAreCut) {
    const std::string requests[] = {
        "GET /a?b=%20 HTTP/1.1\r\n" + kHost + "A: b\r\n c\r\nConnection: close\r\n\r\n",
        "POST /a HTTP/1.1\r\n" + kHost + "Content-Length: 5\r\n\r\nhello",
        "POST /a HTTP/1.1\r\n" + kHost +
            "Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\na\r\n0123456789\r\n0\r\nT: "
            "u\r\n\r\n",
        "POST /a HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    };
    const std::string spice = std::string("\r\n\0 :;,%0aF\x7f\xff", 13) + "\"=";
    std::mt19937 random(20261122);  // always the same bytes
    const auto below = [&](std::size_t n) { return random() % n; };
    for (int round = 0; round < 5'000; ++round) {
        std::string bytes = requests[below(std::size(requests))];
        for (std::size_t changes = below(4); changes > 0; --changes) {
            const std::size_t at = below(bytes.size());
            switch (below(3)) {
                case 0:
                    bytes[at] = spice[below(spice.size())];
                    break;
                case 1:
                    bytes.insert(at, 1, spice[below(spice.size())]);
                    break;
                default:
                    bytes.erase(at, 1 + below(3));
            }
        }
        RequestParser whole(kLimits);
        feed(whole, bytes, bytes.size());
        RequestParser cut(kLimits);
        feed(cut, bytes, 1 + below(6));
        ASSERT_EQ(whole.complete(), cut.complete()) << bytes;
        ASSERT_FALSE(whole.complete() && whole.refusal()) << bytes;
        if (!whole.complete()) continue;
        const Request a = whole.take();
        const Request b = cut.take();
        ASSERT_EQ(a.headers, b.headers) << bytes;
        ASSERT_EQ(a.body, b.body) << bytes;
        ASSERT_EQ(a.target, b.target) << bytes;
    }
}
