#include "core/log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace migrator::log {
namespace {

using namespace std::string_literals;

/// `line` with each digit written as 9.
std::string shape_of(std::string line) {
    std::ranges::replace_if(
        line, [](char c) { return c >= '0' && c <= '9'; }, '9'
    );
    return line;
}

/// Catches what is logged, and puts the defaults back at the end.
class Log : public testing::Test {
protected:
    Log() {
        redirect([this](std::string_view line) { lines_.emplace_back(line); });
    }
    ~Log() override {
        redirect(nullptr);
        configure(Level::Info, Format::Text);
    }

    /// The only line, without its time, file and line number.
    std::string message() const {
        if (lines_.size() != 1) return std::to_string(lines_.size()) + " lines";
        const std::string& line = lines_[0];
        const auto end = line.find("] ");
        if (!shape_of(line).starts_with("9999/99/99 99:99:99.999999 [log_test.cpp:9") ||
            end == std::string::npos) {
            return "unknown form: " + line;
        }
        return line.substr(end + 2);
    }

    std::vector<std::string> lines_;
};

TEST_F(Log, LinesHaveTimeSourceLevelAndMessage) {
    warn("Number of flattened DB migrations: 7");
    EXPECT_EQ(message(), "WARN Number of flattened DB migrations: 7");
}

TEST_F(Log, NamesTheLineThatLogs) {
    const auto line = __LINE__ + 1;
    info("here");
    ASSERT_EQ(lines_.size(), 1U);
    EXPECT_NE(lines_[0].find("[log_test.cpp:" + std::to_string(line) + "]"), std::string::npos);
}

TEST_F(Log, TheLevelDecidesWhatIsShown) {
    const struct {
        Level level;
        const char* shown;
    } cases[] = {
        {Level::Debug, "DEBUG INFO WARN ERROR PANIC INFO "},
        {Level::Info, "INFO WARN ERROR PANIC INFO "},
        {Level::Warn, "WARN ERROR PANIC INFO "},
        {Level::Error, "ERROR PANIC INFO "},
        {Level::Panic, "PANIC INFO "}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.shown);
        configure(c.level, Format::Text);
        lines_.clear();
        debug("x");
        info("x");
        warn("x");
        error("x");
        panic("x");
        always("x");
        std::string shown;
        for (const auto& line : lines_) {
            const auto start = line.find("] ") + 2;
            shown += line.substr(start, line.find(' ', start) + 1 - start);
        }
        EXPECT_EQ(shown, c.shown);
        for (const auto level :
             {Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Panic}) {
            EXPECT_EQ(enabled(level), level >= c.level);
        }
    }
}

TEST_F(Log, ControlCharactersAndBrokenUtf8CannotForgeALine) {
    const struct {
        std::string message;
        std::string shown;
    } cases[] = {
        {"one\ntwo\r\n", "one\\ntwo\\r\\n"},
        {"a\tb", "a\\tb"},
        {"\x1b[31mred", "\\x1b[31mred"},
        {"nul\0del\x7f"s, "nul\\x00del\\x7f"},
        {"\xC2\x9Bm", "\\u009bm"},
        {"caf\xC3\xA9 \xC2\xA0", "caf\xC3\xA9 \xC2\xA0"},
        {"latin \xE9", "latin \xEF\xBF\xBD"},
        {R"(C:\new "x")", R"(C:\new "x")"},
        {"", ""}};
    for (const auto& c : cases) {
        lines_.clear();
        info(c.message);
        EXPECT_EQ(message(), "INFO " + c.shown);
    }
}

TEST_F(Log, ARequestPutsItsIdIntoTheLinesOfItsThread) {
    const auto log_in_a_thread = [] { std::jthread([] { info("elsewhere"); }); };
    const auto last = [this] {
        const std::string line = lines_.back();
        return line.substr(line.find("] ") + 2);
    };
    {
        const RequestScope outer("one");
        info("x");
        EXPECT_EQ(last(), "INFO requestId=one x");
        {
            const RequestScope inner("two\n");
            info("x");
            EXPECT_EQ(last(), "INFO requestId=two\\n x");
        }
        info("x");
        EXPECT_EQ(last(), "INFO requestId=one x");
        log_in_a_thread();
        EXPECT_EQ(last(), "INFO elsewhere");
    }
    info("x");
    EXPECT_EQ(last(), "INFO x");
}

TEST_F(Log, JsonIsOneObjectALine) {
    configure(Level::Info, Format::Json);
    const struct {
        std::string request;
        std::string message;
        std::string rest;
    } cases[] = {
        {"", "plain", R"("message":"plain"})"},
        {"r-1", "plain", R"("requestId":"r-1","message":"plain"})"},
        {"",
         "q\" b\\ n\n t\t e\x1b d\x7f"s,
         R"("message":"q\" b\\ n\u000a t\u0009 e\u001b d\u007f"})"},
        {"", "\xE9 \xC3\xA9", "\"message\":\"\xEF\xBF\xBD \xC3\xA9\"}"}};
    for (const auto& c : cases) {
        lines_.clear();
        const RequestScope scope(c.request);
        error(c.message);
        ASSERT_EQ(lines_.size(), 1U);
        const std::string& line = lines_[0];
        const std::string head =
            R"({"time":"9999-99-99T99:99:99.999999Z","level":"ERROR","source":"log_test.cpp:9)";
        EXPECT_EQ(shape_of(line).substr(0, head.size()), head);
        const auto rest = line.find("\",", head.size());
        ASSERT_NE(rest, std::string::npos) << line;
        EXPECT_EQ(line.substr(rest + 2), c.rest);
    }
}

TEST(LogToStandardError, LinesOfSeveralThreadsDoNotMix) {
    testing::internal::CaptureStderr();
    const std::string text(10'000, 'x');  // longer than what a pipe takes in one piece
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 50; ++i) info(text);
            });
        }
    }
    const std::string output = testing::internal::GetCapturedStderr();
    std::size_t lines = 0;
    for (std::size_t start = 0; start < output.size(); ++lines) {
        const std::size_t end = output.find('\n', start);
        ASSERT_NE(end, std::string::npos);
        const std::string line = output.substr(start, end - start);
        ASSERT_TRUE(line.ends_with(" INFO " + text)) << line;
        ASSERT_EQ(line.find("INFO"), line.rfind("INFO"));
        start = end + 1;
    }
    EXPECT_EQ(lines, 200U);
}

}  // namespace
}  // namespace migrator::log
