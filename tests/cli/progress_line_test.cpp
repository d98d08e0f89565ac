#include "cli/progress_line.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "core/utf8.hpp"

namespace migrator::cli {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

class ProgressLineTest : public ::testing::Test {
protected:
    Progress applying(std::size_t done) {
        Progress progress;
        progress.phase = "applying";
        progress.file = "/migrations/tenants/202601010001.sql";
        progress.executions = 200;
        progress.executions_done = done;
        return progress;
    }
    std::function<ProgressLine::SteadyTime()> clock() {
        return [this] { return now; };
    }
    std::string take() {
        auto text = err.str();
        err.str("");
        return text;
    }

    std::ostringstream err;
    ProgressLine::SteadyTime now{};
};

TEST_F(ProgressLineTest, WithoutAModeThereIsNoSink) {
    ProgressLine line(err, ProgressLine::Mode::None, clock());
    EXPECT_EQ(line.sink(), nullptr);
}

TEST_F(ProgressLineTest, ShowsNewsAtOnceInEveryModeAsFarAsTheyAreWanted) {
    using Mode = ProgressLine::Mode;
    const struct {
        Mode mode;
        std::string shown;
    } cases[] = {
        {Mode::None, ""},
        {Mode::Warnings, "warning: it waits\\x1b\n"},
        {Mode::News, "note: hello\nwarning: it waits\\x1b\n"},
        {Mode::Lines, "note: hello\nwarning: it waits\\x1b\n"},
    };
    for (const auto& c : cases) {
        ProgressLine line(err, c.mode, clock());
        Progress progress;
        progress.news = "hello";
        line.show(progress);
        progress.news = "it waits\x1b";
        progress.is_warning = true;
        line.show(progress);
        EXPECT_EQ(take(), c.shown);
    }
}

TEST_F(ProgressLineTest, NewsStandAboveTheBar) {
    ProgressLine line(err, ProgressLine::Mode::Bar, clock());
    line.show(applying(50));
    const std::string bar = take();
    Progress progress = applying(50);
    progress.news = "hello";
    line.show(progress);
    EXPECT_EQ(take(), "\r\x1b[Knote: hello\n" + bar);
}

TEST_F(ProgressLineTest, BarIsOneLineThatIsRewrittenAndCleared) {
    {
        ProgressLine line(err, ProgressLine::Mode::Bar, clock());
        line.sink()(applying(50));
        EXPECT_EQ(
            take(),
            "\rapplying [######..................]  25% 50/200 …ions/tenants/202601010001.sql"
            "\x1b[K"
        );
        line.sink()(applying(60));
        EXPECT_EQ(take(), "") << "ten times a second at most";
        now += 100ms;
        line.sink()(applying(200));
        EXPECT_NE(take().find("100% 200/200"), std::string::npos);
    }
    EXPECT_EQ(take(), "\r\x1b[K");
}

TEST_F(ProgressLineTest, BarThatWasNotDrawnIsNotCleared) {
    { ProgressLine line(err, ProgressLine::Mode::Bar, clock()); }
    EXPECT_EQ(take(), "");
}

TEST_F(ProgressLineTest, BarNeverWraps) {
    ProgressLine line(err, ProgressLine::Mode::Bar, clock());
    for (const std::string& file :
         {std::string(500, 'x'), std::string("/żółć/") + std::string(70, 'y'), std::string("a")}) {
        auto progress = applying(3);
        progress.file = file;
        now += 1s;
        line.show(progress);
        EXPECT_LE(utf8_length(take()), 78U + std::string("\r\x1b[K").size());
    }
}

TEST_F(ProgressLineTest, ShortWorkPrintsNoLines) {
    ProgressLine line(err, ProgressLine::Mode::Lines, clock());
    line.show(applying(1));
    now += 1999ms;
    line.show(applying(2));
    EXPECT_EQ(take(), "");
}

TEST_F(ProgressLineTest, LongWorkPrintsALineNowAndThenAndAtEachPhase) {
    ProgressLine line(err, ProgressLine::Mode::Lines, clock());
    now += 2s;
    line.show(applying(50));
    EXPECT_EQ(
        take(), "applying: 50 of 200 executions (25%), /migrations/tenants/202601010001.sql\n"
    );
    now += 4s;
    line.show(applying(60));
    EXPECT_EQ(take(), "");
    now += 1s;
    line.show(applying(70));
    EXPECT_NE(take(), "");
    Progress committing;
    committing.phase = "committing";
    line.show(committing);
    EXPECT_EQ(take(), "");  // phases that follow each other at once would be noise
    now += 2s;
    line.show(committing);
    EXPECT_EQ(take(), "committing\n");
}

TEST_F(ProgressLineTest, WaitingSaysForWhat) {
    ProgressLine line(err, ProgressLine::Mode::Bar, clock());
    Progress waiting;
    waiting.phase = "waiting";
    line.show(waiting);
    EXPECT_EQ(take(), "\rwaiting for another run to finish\x1b[K");
}

TEST_F(ProgressLineTest, FileNamesCannotSteerTheTerminal) {
    ProgressLine line(err, ProgressLine::Mode::Lines, clock());
    auto progress = applying(1);
    progress.file = "a\x1b[2Jb";
    now += 2s;
    line.show(progress);
    EXPECT_NE(take().find("a\\x1b[2Jb"), std::string::npos);
}

}  // namespace
}  // namespace migrator::cli
