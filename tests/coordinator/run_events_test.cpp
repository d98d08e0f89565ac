#include "coordinator/run_events.hpp"

#include <gtest/gtest.h>

namespace migrator::coordinator {
namespace {

TEST(RunEventsTest, TellEachChangeOnce) {
    RunEvents events([] { return TimePoint(std::chrono::seconds(1'000'000)); });
    events.progressed({.phase = "waiting", .about = "run x"});
    events.progressed({.phase = "waiting", .about = "run x"});
    Progress progress{.phase = "applying"};
    progress.waves = 2;
    progress.wave = 1;
    progress.wave_end = 5;
    progress.done_now = {"a"};
    progress.failed_now = {
        {.tenant = "b", .file = "f", .statement = 2, .sqlstate = "1", .message = "m"}};
    events.progressed(progress);
    const auto all = events.since(0);
    EXPECT_FALSE(all.whole);
    EXPECT_EQ(all.newest, 5U);
    EXPECT_EQ(
        all.events,
        (std::vector<std::string>{
            R"({"seq":1,"time":"1970-01-12T13:46:40Z","type":"phase","phase":"waiting","about":"run x"})",
            R"({"seq":2,"time":"1970-01-12T13:46:40Z","type":"phase","phase":"applying"})",
            R"({"seq":3,"time":"1970-01-12T13:46:40Z","type":"wave","wave":1,"of":2,"tenants":5})",
            R"({"seq":4,"time":"1970-01-12T13:46:40Z","type":"tenantDone","tenant":"a"})",
            R"({"seq":5,"time":"1970-01-12T13:46:40Z","type":"tenantFailed","tenant":"b","file":"f",)"
            R"("statement":2,"sqlstate":"1","message":"m"})"})
    );
    EXPECT_EQ(events.since(4).events.size(), 1U);
    EXPECT_TRUE(events.since(5).events.empty());
    EXPECT_FALSE(events.since(5).whole);
}

TEST(RunEventsTest, KeepTheLastOnesAndSayWhenOthersAreGone) {
    RunEvents events(nullptr);
    for (std::size_t i = 0; i < RunEvents::kMost + 10; ++i) events.progressed({.news = "n"});
    EXPECT_EQ(events.newest(), RunEvents::kMost + 10);
    EXPECT_TRUE(events.since(0).whole);
    EXPECT_EQ(events.since(0).events.size(), RunEvents::kMost);
    EXPECT_FALSE(events.since(10).whole);
    EXPECT_TRUE(events.since(9).whole);
    EXPECT_TRUE(events.since(9'999).whole);
}

TEST(RunEventsTest, TellAStatementAgainWhenItWaitsForSomebodyElse) {
    RunEvents events(nullptr);
    Progress progress;
    progress.long_statements = {{.schema = "a", .file = "f"}};
    events.progressed(progress);
    events.progressed(progress);
    EXPECT_EQ(events.newest(), 1U);
    progress.long_statements[0].wait = Wait{.what = "a lock"};
    events.progressed(progress);
    EXPECT_EQ(events.newest(), 2U);
}

}  // namespace
}  // namespace migrator::coordinator
