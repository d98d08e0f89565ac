#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The reference implementation of GraphQL (graphql-js 16, Debian's node-graphql) as an oracle.
namespace migrator::graphql::test {

/// A node process with oracle/oracle.js; it ends with the test program.
class Oracle {
public:
    static Oracle& instance() {
        static Oracle oracle;
        return oracle;
    }

    Oracle(const Oracle&) = delete;
    Oracle& operator=(const Oracle&) = delete;

    /// Why there is none; empty when it works.
    const std::string& missing() const { return missing_; }

    /// An answer for each request, in their order.
    std::vector<boost::json::value> ask_all(const std::vector<boost::json::object>& requests) {
        std::string text;
        for (const boost::json::object& request : requests) {
            text += boost::json::serialize(request) + "\n";
        }
        std::vector<boost::json::value> answers;
        std::string_view unsent = text;
        std::string received;
        while (answers.size() < requests.size()) exchange(unsent, received, answers);
        return answers;
    }

private:
    Oracle() {
        // A dead node shows as a failed write.
        std::signal(SIGPIPE, SIG_IGN);
        start();
        try {
            const auto answers = ask_all({{{"op", "parse"}, {"document", "{a}"}}});
            if (!answers[0].at("errors").as_array().empty()) missing_ = "it fails to parse {a}";
        } catch (const std::exception& error) {
            missing_ = std::string("node with the module graphql does not run: ") + error.what();
        }
    }

    ~Oracle() {
        close(in_);
        close(out_);
        waitpid(pid_, nullptr, 0);
    }

    void start() {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error("pipe failed");
        }
        if (std::getenv("NODE_PATH") == nullptr) setenv("NODE_PATH", "/usr/share/nodejs", 0);
        pid_ = fork();
        if (pid_ == 0) {
            dup2(in[0], STDIN_FILENO);
            dup2(out[1], STDOUT_FILENO);
            execlp("node", "node", MIGRATOR_SOURCE_DIR "/tests/graphql/oracle/oracle.js", nullptr);
            _exit(127);
        }
        close(in[0]);
        close(out[1]);
        in_ = in[1];
        out_ = out[0];
        fcntl(in_, F_SETFL, O_NONBLOCK);
    }

    /// Writes and reads what is possible now: with many requests both pipes would fill up.
    void exchange(
        std::string_view& unsent, std::string& received, std::vector<boost::json::value>& answers
    ) {
        std::array<pollfd, 2> ready{
            pollfd{.fd = out_, .events = POLLIN, .revents = 0},
            pollfd{.fd = unsent.empty() ? -1 : in_, .events = POLLOUT, .revents = 0}};
        if (poll(ready.data(), 2, 120'000) <= 0) throw std::runtime_error("no answer");
        if (ready[1].revents != 0) {
            const auto written = write(in_, unsent.data(), unsent.size());
            if (written < 0) throw std::runtime_error("it has ended");
            unsent.remove_prefix(static_cast<std::size_t>(written));
        }
        if (ready[0].revents == 0) return;
        std::array<char, 65'536> buffer{};
        const auto size = read(out_, buffer.data(), buffer.size());
        if (size <= 0) throw std::runtime_error("it has ended");
        received.append(buffer.data(), static_cast<std::size_t>(size));
        std::size_t begin = 0;
        for (auto end = received.find('\n'); end != std::string::npos;
             end = received.find('\n', begin)) {
            answers.push_back(boost::json::parse(received.substr(begin, end - begin)));
            begin = end + 1;
        }
        received.erase(0, begin);
    }

    pid_t pid_ = -1;
    int in_ = -1;
    int out_ = -1;
    std::string missing_;
};

/// What the oracle answers: `{"errors":[{"message","locations","path"?}…],"data":…}`. Requests by
/// their "op" (SDL in "schema"):
/// - "parse" a "document": data is its tree, each node with "kind" and "at": [line, column]
/// - "validate" a "document" against a "schema"; "maxErrors" is 100 when it is not given
/// - "validateSchema": what is wrong with the "schema" itself
/// - "execute" a "document" with "variables" and "operationName" on the JSON object "root". A field
///   is the property of its name ({"__error": "text"}: it fails); a missing one that has arguments
///   is the coerced arguments as JSON text, their keys sorted at all depths. Abstract types go by
///   "__typename". "validate": false skips validation.
/// - "introspect" a "schema": getIntrospectionQuery with all options (changed by "options"), whose
///   text is in "document" of the answer
/// - "print" a "value", a "type", a "document", or a "schema": data is the text
inline boost::json::value ask(boost::json::object request) {
    return Oracle::instance().ask_all({std::move(request)})[0];
}

inline std::vector<boost::json::value> ask_all(const std::vector<boost::json::object>& requests) {
    return Oracle::instance().ask_all(requests);
}

/// Skips the test where there is no oracle; where MIGRATOR_TEST_REQUIRE asks for one it fails.
inline void need_oracle() {
    const std::string& missing = Oracle::instance().missing();
    if (missing.empty()) return;
    const char* required = std::getenv("MIGRATOR_TEST_REQUIRE");
    if (required != nullptr && std::string_view(required).find("oracle") != std::string::npos) {
        FAIL() << "the oracle is required: " << missing;
    }
    GTEST_SKIP() << "no oracle: " << missing;
}

class OracleTest : public testing::Test {
protected:
    void SetUp() override { need_oracle(); }
};

}  // namespace migrator::graphql::test
