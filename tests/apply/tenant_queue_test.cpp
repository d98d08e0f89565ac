#include "db/sql/apply/tenant_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

namespace migrator::db::sql::apply {
namespace {

constexpr std::chrono::milliseconds kNow{0};
constexpr std::chrono::hours kNever{24};

class TenantQueueTest : public testing::Test {
protected:
    TenantQueueTest() : parts_(100) {
        for (std::size_t i = 0; i < parts_.size(); ++i) parts_[i].place = i;
    }
    TenantQueue::Item item(std::size_t place) { return {.part = &parts_.at(place)}; }

    std::vector<TenantPart> parts_;
    std::stop_source stop_;
    TenantQueue queue_{stop_.get_token()};
};

TEST_F(TenantQueueTest, GivesOutInOrderAndEndsWhenAllIsDone) {
    queue_.add(item(1));
    queue_.add(item(2));
    EXPECT_EQ(queue_.take()->part->place, 1U);
    queue_.done();
    EXPECT_EQ(queue_.take()->part->place, 2U);
    queue_.done();
    EXPECT_EQ(queue_.take(), std::nullopt);
}

TEST_F(TenantQueueTest, WhatIsRepeatedComesBehindTheOthersWithWhatItKnows) {
    queue_.add(item(1));
    queue_.add(item(2));
    TenantQueue::Item first = *queue_.take();
    first.next_unit = 3;
    first.files_done = 4;
    first.failed_tries = 5;
    queue_.repeat(first, kNow);
    EXPECT_EQ(queue_.take()->part->place, 2U);
    queue_.done();
    const auto again = queue_.take();
    EXPECT_EQ(again->part->place, 1U);
    EXPECT_EQ(again->next_unit, 3U);
    EXPECT_EQ(again->files_done, 4U);
    EXPECT_EQ(again->failed_tries, 5U);
    queue_.done();
    EXPECT_EQ(queue_.take(), std::nullopt);
}

TEST_F(TenantQueueTest, OfThoseThatWaitTheFirstToBeDueIsNext) {
    queue_.add(item(1));
    queue_.add(item(2));
    const auto first = *queue_.take();
    const auto second = *queue_.take();
    queue_.repeat(first, kNever);
    queue_.repeat(second, kNow);
    EXPECT_EQ(queue_.take()->part->place, 2U);
}

TEST_F(TenantQueueTest, WhatHasCollidedIsInWorkAlone) {
    for (std::size_t place : {1, 2, 3}) queue_.add(item(place));
    TenantQueue::Item first = *queue_.take();
    TenantQueue::Item second = *queue_.take();
    first.alone = second.alone = true;
    queue_.repeat(first, kNow);
    queue_.repeat(second, kNow);
    EXPECT_EQ(queue_.take()->part->place, 3U) << "what was never tried comes first";
    std::atomic<int> at_work = 1;
    const auto work = [&] {
        std::size_t taken = 0;
        for (; queue_.take(); ++taken) {
            EXPECT_EQ(++at_work, 1);
            std::this_thread::yield();
            --at_work;
            queue_.done();
        }
        return taken;
    };
    auto one = std::async(std::launch::async, work);
    auto other = std::async(std::launch::async, work);
    std::this_thread::yield();
    --at_work;
    queue_.done();
    EXPECT_EQ(one.get() + other.get(), 2U);
}

TEST_F(TenantQueueTest, WhatIsToBeAloneIsNotKeptWaitingByThoseBehindIt) {
    for (std::size_t place : {1, 2, 3}) queue_.add(item(place));
    TenantQueue::Item first = *queue_.take();
    const auto second = *queue_.take();
    const auto third = *queue_.take();
    first.alone = true;
    queue_.repeat(first, kNow);
    queue_.repeat(second, kNow);
    auto next = std::async(std::launch::async, [&] { return queue_.take(); });
    queue_.done();  // the third
    EXPECT_EQ(next.get()->part->place, 1U);
    EXPECT_EQ(third.part->place, 3U);
}

/// Nobody can tell whether the other thread waits already: in most of the rounds it does.
TEST_F(TenantQueueTest, WaitsForWhatIsInWorkSinceThatMayComeBack) {
    for (int round = 0; round < 200; ++round) {
        TenantQueue queue(stop_.get_token());
        queue.add(item(1));
        const auto in_work = *queue.take();
        std::promise<void> begun;
        auto other = std::async(std::launch::async, [&] {
            begun.set_value();
            return queue.take();
        });
        begun.get_future().wait();
        std::this_thread::yield();
        queue.repeat(in_work, kNow);
        const auto again = other.get();
        ASSERT_TRUE(again);
        EXPECT_EQ(again->part->place, 1U);
        auto last = std::async(std::launch::async, [&] { return queue.take(); });
        queue.done();
        EXPECT_FALSE(last.get());
    }
}

TEST_F(TenantQueueTest, ClosedOrStoppedItGivesOutNothingMoreNotEvenToThoseWhoWait) {
    for (const bool stops : {false, true}) {
        std::stop_source stop;
        TenantQueue queue(stop.get_token());
        queue.add(item(1));
        const auto in_work = *queue.take();
        auto waits_for_work = std::async(std::launch::async, [&] { return queue.take(); });
        queue.repeat(in_work, kNever);
        auto waits_for_time = std::async(std::launch::async, [&] { return queue.take(); });
        queue.add(item(2));
        stops ? static_cast<void>(stop.request_stop()) : queue.close();
        const auto first = waits_for_work.get();
        const auto second = waits_for_time.get();
        EXPECT_FALSE(first && second) << "there was one alone";
        EXPECT_EQ(queue.take(), std::nullopt);
    }
}

TEST_F(TenantQueueTest, SeveralThreadsDoEachPartOnceAndRepeatedOnesAgain) {
    for (std::size_t i = 0; i < parts_.size(); ++i) queue_.add(item(i));
    std::mutex mutex;
    std::vector<std::size_t> done;
    {
        std::vector<std::jthread> workers;
        for (int worker = 0; worker < 8; ++worker) {
            workers.emplace_back([&] {
                while (auto taken = queue_.take()) {
                    if (taken->part->place % 3 == 0 && taken->failed_tries < 2) {
                        ++taken->failed_tries;
                        queue_.repeat(*taken, kNow);
                        continue;
                    }
                    {
                        const std::lock_guard lock(mutex);
                        done.push_back(taken->part->place);
                    }
                    queue_.done();
                }
            });
        }
    }
    std::ranges::sort(done);
    ASSERT_EQ(done.size(), parts_.size());
    EXPECT_EQ(std::ranges::adjacent_find(done), done.end());
}

}  // namespace
}  // namespace migrator::db::sql::apply
