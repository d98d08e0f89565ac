#include "workers/run_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/error.hpp"

namespace migrator::workers {
namespace {

TEST(RunQueue, IsFirstComeFirstServed) {
    RunQueue queue(2);
    auto a = queue.enter();
    auto b = queue.enter();
    auto c = queue.enter();
    EXPECT_TRUE(a->is_first());
    EXPECT_FALSE(b->is_first());
    EXPECT_FALSE(c->is_first());
    a.reset();
    EXPECT_TRUE(b->is_first());
    EXPECT_FALSE(c->is_first());
    b.reset();
    EXPECT_TRUE(c->is_first());
}

TEST(RunQueue, OneThatGivesUpLeavesTheLine) {
    RunQueue queue(2);
    auto a = queue.enter();
    auto b = queue.enter();
    auto c = queue.enter();
    b.reset();
    EXPECT_TRUE(a->is_first());
    EXPECT_FALSE(c->is_first());
    auto d = queue.enter();  // there is room again
    a.reset();
    EXPECT_TRUE(c->is_first());
    EXPECT_FALSE(d->is_first());
}

TEST(RunQueue, RefusesMoreThanMayWait) {
    const struct {
        std::size_t limit;
        const char* message;
    } cases[] = {
        {0,
         "a migration run is in progress and 0 are waiting for their turn, the most allowed "
         "(runQueue): try again later"},
        {2,
         "a migration run is in progress and 2 are waiting for their turn, the most allowed "
         "(runQueue): try again later"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.limit);
        RunQueue queue(c.limit);
        std::vector<std::unique_ptr<RunQueue::Place>> places;
        for (std::size_t i = 0; i <= c.limit; ++i) places.push_back(queue.enter());
        try {
            queue.enter();
            ADD_FAILURE() << "no exception";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::Busy);
            EXPECT_STREQ(error.what(), c.message);
        }
        places.pop_back();
        EXPECT_NO_THROW(queue.enter());
    }
}

TEST(RunQueue, OneAtATimeIsFirst) {
    constexpr int kThreads = 4;
    constexpr int kRuns = 50;
    RunQueue queue(kThreads);
    std::atomic<int> at_work = 0;
    std::atomic<int> collisions = 0;
    std::atomic<int> done = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < kThreads; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < kRuns; ++i) {
                    const auto place = queue.enter();
                    while (!place->is_first()) std::this_thread::yield();
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
}  // namespace migrator::workers
