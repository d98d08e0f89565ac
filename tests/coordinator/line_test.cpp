#include "coordinator/line.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/error.hpp"

namespace migrator::coordinator {
namespace {

TEST(Line, IsFirstComeFirstServed) {
    Line line(2);
    auto a = line.enter();
    auto b = line.enter();
    auto c = line.enter();
    EXPECT_TRUE(a->is_first());
    EXPECT_FALSE(b->is_first());
    EXPECT_FALSE(c->is_first());
    a.reset();
    EXPECT_TRUE(b->is_first());
    EXPECT_FALSE(c->is_first());
    b.reset();
    EXPECT_TRUE(c->is_first());
}

TEST(Line, OneThatGivesUpLeavesTheLine) {
    Line line(2);
    auto a = line.enter();
    auto b = line.enter();
    auto c = line.enter();
    b.reset();
    EXPECT_TRUE(a->is_first());
    EXPECT_FALSE(c->is_first());
    auto d = line.enter();  // there is room again
    a.reset();
    EXPECT_TRUE(c->is_first());
    EXPECT_FALSE(d->is_first());
}

TEST(Line, RefusesMoreThanMayWait) {
    const struct {
        std::size_t limit;
        const char* message;
    } cases[] = {
        {0, "a run is in progress and the queue is full (runQueue: 0); try again later"},
        {2, "a run is in progress and the queue is full (runQueue: 2); try again later"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.limit);
        Line line(c.limit);
        std::vector<std::unique_ptr<Line::Place>> places;
        for (std::size_t i = 0; i <= c.limit; ++i) places.push_back(line.enter());
        try {
            line.enter();
            ADD_FAILURE() << "no exception";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Busy);
            EXPECT_STREQ(error.what(), c.message);
        }
        places.pop_back();
        EXPECT_NO_THROW(line.enter());
    }
}

constexpr std::chrono::milliseconds kLong = std::chrono::minutes(10);

TEST(Line, OneWhoWaitsIsWokenWhenItIsHisTurn) {
    Line line(1);
    auto first = line.enter();
    const auto second = line.enter();
    const std::jthread leaves([&] { first.reset(); });
    second->wait(kLong, {});
    EXPECT_TRUE(second->is_first());
}

TEST(Line, WaitingEndsWhenItIsStopped) {
    Line line(1);
    const auto first = line.enter();
    const auto second = line.enter();
    std::stop_source stop;
    const std::jthread stops([&] { stop.request_stop(); });
    second->wait(kLong, stop.get_token());
    EXPECT_FALSE(second->is_first());
}

TEST(Line, WaitingEndsWhenItsTimeIsOver) {
    Line line(1);
    const auto first = line.enter();
    const auto second = line.enter();
    second->wait(std::chrono::milliseconds(0), {});
    EXPECT_FALSE(second->is_first());
}

TEST(Line, OneAtATimeIsFirst) {
    constexpr int kThreads = 4;
    constexpr int kRuns = 50;
    Line line(kThreads);
    std::atomic<int> at_work = 0;
    std::atomic<int> collisions = 0;
    std::atomic<int> done = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < kThreads; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < kRuns; ++i) {
                    const auto place = line.enter();
                    while (!place->is_first()) place->wait(kLong, {});
                    if (at_work.fetch_add(1) != 0) ++collisions;
                    ++done;
                    at_work.fetch_sub(1);
                }
            });
        }
    }
    EXPECT_EQ(collisions, 0);
    EXPECT_EQ(done, kThreads * kRuns);
}

}  // namespace
}  // namespace migrator::coordinator
