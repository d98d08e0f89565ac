#include "loader/parallel_jobs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>

namespace migrator::loader {
namespace {

TEST(ParallelJobs, DoesEachOnceWithNoMoreWorkersThanAllowed) {
    for (const std::size_t threads : {0U, 1U, 4U, 50U}) {
        SCOPED_TRACE(threads);
        std::mutex mutex;
        std::multiset<std::size_t> done;
        const Pace pace(threads);
        ParallelJobs(20, pace).run([&](std::size_t worker, std::size_t item) {
            EXPECT_LT(worker, std::max<std::size_t>(threads, 1));
            const std::lock_guard lock(mutex);
            done.insert(item);
        });
        EXPECT_EQ(done.size(), 20U);
        EXPECT_EQ(std::set<std::size_t>(done.begin(), done.end()).size(), 20U);
    }
}

TEST(ParallelJobs, ThrowsWhatTheFirstInTheListThrew) {
    const Pace pace(4);
    ParallelJobs jobs(100, pace);
    try {
        jobs.run([](std::size_t, std::size_t item) {
            if (item >= 7) throw std::runtime_error(std::to_string(item));
        });
        ADD_FAILURE() << "no exception";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "7");
    }
    EXPECT_FALSE(jobs.is_pointless(7));
    EXPECT_TRUE(jobs.is_pointless(8));
}

TEST(Pace, HalvesOnceForACrowdThatIsToldTheSame) {
    Pace pace(16);
    const std::size_t count = pace.count();
    pace.slow_down(count);
    pace.slow_down(count);
    EXPECT_EQ(pace.threads(), 8U);
    for (int i = 0; i < 5; ++i) pace.slow_down(pace.count());
    EXPECT_EQ(pace.threads(), 1U);
}

TEST(ParallelJobs, GoOnWithFewerWorkersWhenThePaceSlowsDown) {
    Pace pace(2);
    std::size_t done = 0;
    std::size_t late = 0;
    std::mutex mutex;
    ParallelJobs(50, pace).run([&](std::size_t worker, std::size_t) {
        const std::lock_guard lock(mutex);
        if (pace.threads() == 1 && worker == 1) ++late;
        if (++done == 10) pace.slow_down(pace.count());
    });
    EXPECT_LE(late, 1U);  // one may have been under way
    EXPECT_EQ(done, 50U);
}

}  // namespace
}  // namespace migrator::loader
