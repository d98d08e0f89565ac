#include <gtest/gtest.h>

#include <mutex>
#include <random>
#include <regex>

#include "client.hpp"
#include "core/ip_address.hpp"
#include "running_server.hpp"

namespace migrator::http::test {
namespace {

/// All lines that are logged while it lives.
class AllLines {
public:
    AllLines() {
        log::redirect([this](std::string_view line) {
            const std::lock_guard lock(mutex_);
            lines_.emplace_back(line);
        });
    }
    ~AllLines() { log::redirect({}); }
    AllLines(const AllLines&) = delete;
    AllLines& operator=(const AllLines&) = delete;

    std::vector<std::string> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(lines_, {});
    }

private:
    std::mutex mutex_;
    std::vector<std::string> lines_;
};

/// What `escape_for_log` has made of a text.
std::string unescaped(const std::string& value) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '\\') {
            text += value[i];
        } else if (value[i + 1] == '\\') {
            text += value[++i];
        } else {
            text += static_cast<char>(std::stoi(value.substr(i + 2, 2), nullptr, 16));
            i += 3;
        }
    }
    return text;
}

/// Bytes and pieces of what a forger would write.
class Forger {
public:
    std::string text(bool as_target) {
        static constexpr std::string_view kPieces[] = {
            " ",
            "=",
            "\"",
            "\\",
            "\\x20",
            "\t",
            "\r",
            "\n",
            "\r\n",
            "clientIP=6.6.6.6",
            " INFO requestId=1 ",
            "method=GET",
            "request=/",
            "\x1b[2K",
            "\xe2\x80\xa8",
            "\xc2\x85",
            ",",
            "10.0.0.1",
            "::1",
            "%0a",
            "?",
            "\xff",
            "{\"level\":\"INFO\"}"};
        std::string made;
        const auto count = random_() % 6;
        for (unsigned i = 0; i < count; ++i) {
            if (random_() % 2 == 0) {
                made += kPieces[random_() % std::size(kPieces)];
            } else {
                made += static_cast<char>(1 + random_() % 255);
            }
        }
        // These end a header or a target: what comes after them is another request.
        std::erase_if(made, [&](char c) {
            return c == '\r' || c == '\n' || (as_target && (c == ' ' || c == '\t'));
        });
        return made;
    }

private:
    std::mt19937 random_{20'261'128};
};

const std::regex kRequestLine(
    R"(^\S+ \S+ \[connection\.cpp:\d+\] INFO requestId=[A-Za-z0-9._-]{1,128} )"
    R"(clientIP=(\S+) method=GET request=(\S+)$)"
);
const std::regex kRefusedLine(
    R"(^\S+ \S+ \[connection\.cpp:\d+\] INFO clientIP=127\.0\.0\.1 refused: \d{3} [ -~]+$)"
);

TEST(ServerLog, CanNotBeForgedByAnyRequest) {
    Router router;
    router.add("GET", "/", Lane::Quick, [](const Request&) { return text("here"); });
    const RunningServer server(options(), router);
    AllLines lines;
    Forger forger;
    int logged = 0;
    for (int i = 0; i < 1'000; ++i) {
        const std::string target = "/" + forger.text(true);
        const std::string request = "GET " + target + " HTTP/1.1\r\nHost: " + forger.text(false) +
                                    "\r\nX-Forwarded-For: " + forger.text(false) +
                                    "\r\nX-Request-ID: " + forger.text(false) +
                                    "\r\ntraceparent: " + forger.text(false) +
                                    "\r\nUser-Agent: " + forger.text(false) +
                                    "\r\nX-Other: " + forger.text(false) + "\r\n\r\n";
        SCOPED_TRACE(::testing::PrintToString(request));
        Client client(server.port());
        ASSERT_NE(client.ask(request).status, 0);
        const auto of_request = lines.take();
        ASSERT_EQ(of_request.size(), 1);
        std::smatch parts;
        if (!std::regex_match(of_request[0], parts, kRequestLine)) {
            ASSERT_TRUE(std::regex_match(of_request[0], kRefusedLine)) << of_request[0];
            continue;
        }
        ++logged;
        EXPECT_TRUE(IpAddress::parse(parts[1].str())) << of_request[0];
        EXPECT_EQ(unescaped(parts[2].str()), target);
    }
    EXPECT_GT(logged, 100);
}

}  // namespace
}  // namespace migrator::http::test
