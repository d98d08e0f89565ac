#include "core/log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
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

TEST_F(Log, PlainLinesAreForPeopleWhoSeeTheAnswerToo) {
    configure(Level::Warn, Format::Plain);
    info("nothing to worry about");
    answered(Level::Error, "this is the answer");
    warn("one\ntwo");
    error("the webhook did not answer", {{"host", "example.org"}});
    EXPECT_EQ(
        lines_,
        (std::vector<std::string>{"warning: one\\ntwo", "warning: the webhook did not answer"})
    );
}

TEST_F(Log, AServiceLogsWhatIsAnsweredToo) {
    answered(Level::Error, "this is the answer");
    EXPECT_EQ(message(), "ERROR this is the answer");
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

constexpr auto kTraceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr auto kTrace = "traceId=4bf92f3577b34da6a3ce929d0e0e4736 spanId=00f067aa0ba902b7 ";

TEST_F(Log, ATraceOfTheClientStandsAfterTheRequestIdUntilTheScopeEnds) {
    const auto logged = [this] {
        lines_.clear();
        info("x");
        return message();
    };
    {
        const RequestScope outer("one", kTraceparent);
        EXPECT_EQ(logged(), "INFO requestId=one " + std::string(kTrace) + "x");
        {
            const RequestScope inner("two");
            EXPECT_EQ(logged(), "INFO requestId=two x");
        }
        EXPECT_EQ(logged(), "INFO requestId=one " + std::string(kTrace) + "x");
    }
    EXPECT_EQ(logged(), "INFO x");
    const RequestScope nameless("", kTraceparent);
    EXPECT_EQ(logged(), "INFO " + std::string(kTrace) + "x");
}

TEST_F(Log, OnlyAValidTraceparentIsShown) {
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const std::string span = "00f067aa0ba902b7";
    const std::string ids = "-" + trace + "-" + span;
    const struct {
        const char* name;
        std::string traceparent;
        bool shown;
    } cases[] = {
        {"valid", "00" + ids + "-01", true},
        {"unknown flags", "00" + ids + "-fe", true},
        {"later version", "cc" + ids + "-01", true},
        {"later version with more", "cc" + ids + "-01-what-ever", true},
        {"later version with an empty part", "01" + ids + "-01-", true},
        {"absent", "", false},
        {"short", "00" + ids + "-0", false},
        {"no flags", "00" + ids, false},
        {"version 00 with more", "00" + ids + "-01-x", false},
        {"version 00 with a blank", "00" + ids + "-01 ", false},
        {"blank in front", " 00" + ids + "-01", false},
        {"later version, longer flags", "cc" + ids + "-01x", false},
        {"version ff", "ff" + ids + "-01", false},
        {"version in upper case", "0A" + ids + "-01", false},
        {"version no hex", "0g" + ids + "-01", false},
        {"flags no hex", "00" + ids + "-0g", false},
        {"flags in upper case", "00" + ids + "-0A", false},
        {"no trace", "00-00000000000000000000000000000000-" + span + "-01", false},
        {"no span", "00-" + trace + "-0000000000000000-01", false},
        {"trace in upper case", "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + span + "-01", false},
        {"span in upper case", "00-" + trace + "-00F067AA0BA902B7-01", false},
        {"line break in the trace", "00-\nbf92f3577b34da6a3ce929d0e0e4736-" + span + "-01", false},
        {"other separator 1", "00_" + trace + "-" + span + "-01", false},
        {"other separator 2", "00-" + trace + "_" + span + "-01", false},
        {"other separator 3", "00-" + trace + "-" + span + "_01", false}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        lines_.clear();
        const RequestScope scope("r", c.traceparent);
        info("x");
        EXPECT_EQ(message(), "INFO requestId=r " + std::string(c.shown ? kTrace : "") + "x");
    }
}

/// The line from the key after `source` on.
std::string after_source(const std::string& line) {
    const auto source = line.find("\"source\":\"");
    const auto rest = line.find("\",", source);
    return rest == std::string::npos ? "unknown form: " + line : line.substr(rest + 2);
}

TEST_F(Log, TextLeavesFieldsOutAndJsonShowsThem) {
    const Fields fields = {{"tenant", "ac\"me"}, {"version", 7}, {"duration", 0.25}};
    info("done", fields);
    EXPECT_EQ(message(), "INFO done");

    configure(Level::Info, Format::Json);
    const RequestScope scope("r", kTraceparent);
    info("done", fields);
    ASSERT_EQ(lines_.size(), 2U);
    EXPECT_EQ(
        after_source(lines_[1]),
        R"("requestId":"r","traceId":"4bf92f3577b34da6a3ce929d0e0e4736",)"
        R"("spanId":"00f067aa0ba902b7","message":"done",)"
        R"("tenant":"ac\"me","version":7,"duration":0.25})"
    );
}

TEST_F(Log, AFieldNeverReplacesAKeyOfTheLineNorBreaksIt) {
    configure(Level::Info, Format::Json);
    const struct {
        Field field;
        std::string shown;
    } cases[] = {
        {{"time", "x"}, R"("field_time":"x")"},
        {{"level", "x"}, R"("field_level":"x")"},
        {{"source", "x"}, R"("field_source":"x")"},
        {{"requestId", "x"}, R"("field_requestId":"x")"},
        {{"traceId", "x"}, R"("field_traceId":"x")"},
        {{"spanId", "x"}, R"("field_spanId":"x")"},
        {{"message", "x"}, R"("field_message":"x")"},
        {{"Message", "x"}, R"("Message":"x")"},
        {{"a\"b", "line\nbreak"}, R"("a\"b":"line\nbreak")"},
        {{"n", std::int64_t{-9'223'372'036'854'775'807}}, R"("n":-9223372036854775807)"},
        {{"n", 1e300}, R"("n":1e+300)"},
        {{"n", std::numeric_limits<double>::infinity()}, R"("n":null)"},
        {{"n", std::numeric_limits<double>::quiet_NaN()}, R"("n":null)"},
        {{"empty", ""}, R"("empty":"")"}};
    for (const auto& c : cases) {
        lines_.clear();
        info("m", {c.field});
        ASSERT_EQ(lines_.size(), 1U);
        EXPECT_EQ(after_source(lines_[0]), R"("message":"m",)" + c.shown + "}");
    }
}

TEST_F(Log, EveryLevelTakesFieldsAndNamesTheLineThatLogs) {
    configure(Level::Warn, Format::Json);
    const auto line = __LINE__ + 1;
    debug("m", {{"a", 1}}), info("m", {{"a", 1}}), warn("m", {{"a", 1}}), error("m", {{"a", 1}});
    ASSERT_EQ(lines_.size(), 2U);
    const std::string source = R"("source":"log_test.cpp:)" + std::to_string(line) + "\",";
    for (const auto& shown : lines_) {
        EXPECT_NE(shown.find(source), std::string::npos) << shown;
        EXPECT_TRUE(shown.ends_with(R"("message":"m","a":1})")) << shown;
    }
    EXPECT_NE(lines_[0].find(R"("level":"WARN")"), std::string::npos);
    EXPECT_NE(lines_[1].find(R"("level":"ERROR")"), std::string::npos);
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
        {"", "q\" b\\ n\n t\t e\x1b d\x7f"s, R"("message":"q\" b\\ n\n t\t e\u001b d\u007f"})"},
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
