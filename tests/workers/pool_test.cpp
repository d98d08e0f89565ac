#include "workers/pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <set>

namespace migrator::workers {
namespace {

TEST(Pool, RunsJobsInOrderOnOneThread) {
    std::vector<int> ran;
    {
        Pool pool(1, 100);
        for (int i = 0; i < 100; ++i) {
            ASSERT_TRUE(pool.try_post([&ran, i] { ran.push_back(i); }));
        }
    }
    ASSERT_EQ(ran.size(), 100U);
    EXPECT_TRUE(std::ranges::is_sorted(ran));
}

TEST(Pool, RunsAsManyJobsAtOnceAsItHasThreads) {
    std::latch all_there(3);
    std::mutex mutex;
    std::set<std::thread::id> threads;
    {
        Pool pool(3, 0);
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(pool.try_post([&] {
                all_there.arrive_and_wait();  // for ever, were there fewer threads
                const std::lock_guard lock(mutex);
                threads.insert(std::this_thread::get_id());
            }));
        }
    }
    EXPECT_EQ(threads.size(), 3U);
    EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
}

TEST(Pool, RefusesJobsWhenTheQueueIsFull) {
    for (const std::size_t limit : {0U, 1U, 3U}) {
        SCOPED_TRACE(limit);
        std::atomic<std::size_t> ran = 0;
        std::promise<void> started;
        std::promise<void> go_on;
        {
            Pool pool(1, limit);
            ASSERT_TRUE(pool.try_post([&] {
                started.set_value();
                go_on.get_future().wait();
            }));
            started.get_future().wait();
            for (std::size_t i = 0; i < limit; ++i) ASSERT_TRUE(pool.try_post([&] { ++ran; }));
            EXPECT_FALSE(pool.try_post([&] { ran += 1000; }));
            go_on.set_value();
        }
        EXPECT_EQ(ran, limit);
    }
}

TEST(Pool, TakesJobsAgainAfterItWasFull) {
    Pool pool(1, 0);
    for (int i = 0; i < 100; ++i) {
        std::promise<void> ran;
        auto done = ran.get_future();
        // The thread is about to be free again: its last job has run, but may not have ended.
        while (!pool.try_post([&] { ran.set_value(); })) std::this_thread::yield();
        done.wait();
    }
}

TEST(Pool, AJobMayPostAnother) {
    std::atomic<int> ran = 0;
    {
        Pool pool(1, 1);
        std::promise<bool> posted;
        auto result = posted.get_future();
        ASSERT_TRUE(pool.try_post([&] { posted.set_value(pool.try_post([&] { ++ran; })); }));
        EXPECT_TRUE(result.get());
    }
    EXPECT_EQ(ran, 1);
}

TEST(Pool, TheDestructorRunsWhatIsQueued) {
    std::atomic<int> ran = 0;
    {
        Pool pool(2, 1000);
        for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pool.try_post([&] { ++ran; }));
    }
    EXPECT_EQ(ran, 1000);
}

TEST(Pool, LetsAJobGoOnceItHasRun) {
    Pool pool(1, 10);
    auto owned = std::make_shared<int>(1);
    const std::weak_ptr<int> alive = owned;
    ASSERT_TRUE(pool.try_post([kept = std::move(owned)] { ASSERT_NE(kept, nullptr); }));
    std::promise<bool> gone;
    ASSERT_TRUE(pool.try_post([&] { gone.set_value(alive.expired()); }));
    EXPECT_TRUE(gone.get_future().get());
}

TEST(Pool, HasAThreadEvenWhenNoneIsAskedFor) {
    Pool pool(0, 1);
    std::promise<void> ran;
    ASSERT_TRUE(pool.try_post([&] { ran.set_value(); }));
    ran.get_future().wait();
}

TEST(Pool, TakesJobsFromManyThreads) {
    std::atomic<int> ran = 0;
    std::atomic<int> taken = 0;
    {
        Pool pool(2, 50);
        std::vector<std::jthread> posters;
        for (int t = 0; t < 4; ++t) {
            posters.emplace_back([&] {
                for (int i = 0; i < 500; ++i) taken += pool.try_post([&] { ++ran; }) ? 1 : 0;
            });
        }
        posters.clear();
    }
    EXPECT_EQ(ran, taken);
    EXPECT_GE(taken, 50);
}

}  // namespace
}  // namespace migrator::workers
