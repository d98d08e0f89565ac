#include "db/sql/canceller.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <semaphore>
#include <stdexcept>
#include <thread>

namespace migrator::db::sql {
namespace {

using namespace std::chrono_literals;

/// Long enough that nothing is cancelled again, short enough for nobody to wait for it.
constexpr auto kNotAgain = std::chrono::hours(24);

/// Counts what is cancelled, and fails when that is not allowed.
class CancelsOnAConnection : public testing::Test {
protected:
    /// What the canceller's thread would do wrongly it has the time to do then.
    static void let_others_work() {
        for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    }
    std::function<void()> cancel() {
        return [this] {
            EXPECT_TRUE(allowed_) << "nothing may be cancelled now";
            ++count_;
            cancelled_.release();
        };
    }

    std::atomic<bool> allowed_ = true;
    std::atomic<int> count_ = 0;
    std::counting_semaphore<> cancelled_{0};
    std::stop_source source_;
};

TEST_F(CancelsOnAConnection, WhatRunsWhenTheStopIsRequested) {
    Canceller canceller(kNotAgain, cancel());
    canceller.watch(source_.get_token());
    canceller.begin();
    EXPECT_FALSE(canceller.stop_requested());
    source_.request_stop();
    EXPECT_TRUE(canceller.stop_requested());
    cancelled_.acquire();
    canceller.end();
}

TEST_F(CancelsOnAConnection, WhatBeginsAfterTheStopWasRequested) {
    Canceller canceller(kNotAgain, cancel());
    source_.request_stop();
    canceller.watch(source_.get_token());
    allowed_ = false;
    let_others_work();
    allowed_ = true;
    canceller.begin();
    cancelled_.acquire();
    canceller.end();
}

TEST_F(CancelsOnAConnection, AgainAndAgainWhileItGoesOn) {
    Canceller canceller(1ms, cancel());
    canceller.watch(source_.get_token());
    canceller.begin();
    source_.request_stop();
    for (int i = 0; i < 3; ++i) cancelled_.acquire();
    canceller.end();
    allowed_ = false;  // `end` has waited for one that was under way
    let_others_work();
}

TEST_F(CancelsOnAConnection, EvenAfterACancelThatFailed) {
    std::atomic<bool> first = true;
    Canceller canceller(1ms, [&, cancel = cancel()] {
        if (first.exchange(false)) throw std::runtime_error("no connection");
        cancel();
    });
    canceller.watch(source_.get_token());
    canceller.begin();
    source_.request_stop();
    cancelled_.acquire();
    canceller.end();
}

TEST_F(CancelsOnAConnection, NothingThatIsUndisturbed) {
    Canceller canceller(kNotAgain, cancel());
    canceller.watch(source_.get_token());
    allowed_ = false;
    canceller.set_undisturbed(true);
    canceller.begin();
    source_.request_stop();
    let_others_work();
    allowed_ = true;
    canceller.set_undisturbed(false);
    cancelled_.acquire();
    canceller.end();
}

TEST_F(CancelsOnAConnection, NothingForATokenThatIsNotWatchedAnyMore) {
    Canceller canceller(kNotAgain, cancel());
    canceller.watch(source_.get_token());
    canceller.watch({});
    allowed_ = false;
    source_.request_stop();
    EXPECT_FALSE(canceller.stop_requested());
    canceller.begin();
    let_others_work();
    canceller.end();
    EXPECT_EQ(count_, 0);
}

TEST_F(CancelsOnAConnection, WhatTakesLongerThanItsLimit) {
    Canceller canceller(kNotAgain, cancel());
    canceller.set_limit(0ms);
    canceller.begin();
    cancelled_.acquire();
    canceller.end();
    EXPECT_FALSE(canceller.stop_requested());
}

TEST_F(CancelsOnAConnection, EndWaitsForTheCancelUnderWay) {
    std::latch cancelling(1);
    std::atomic<bool> over = false;
    Canceller canceller(kNotAgain, [&] {
        cancelling.count_down();
        let_others_work();
        over = true;
    });
    canceller.watch(source_.get_token());
    canceller.begin();
    source_.request_stop();
    cancelling.wait();
    canceller.end();
    EXPECT_TRUE(over) << "what was cancelled may be gone after `end`";
}

}  // namespace
}  // namespace migrator::db::sql
