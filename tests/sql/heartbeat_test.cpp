#include "db/sql/heartbeat.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>

namespace migrator::db::sql {
namespace {

using namespace std::chrono_literals;

constexpr auto kNever = std::chrono::hours(24);

TEST(LossNotice, TellsOnce) {
    LossNotice notice;
    int told = 0;
    notice.notify([&] { ++told; });
    EXPECT_FALSE(notice.reported());
    EXPECT_EQ(told, 0);
    notice.report();
    notice.report();
    EXPECT_TRUE(notice.reported());
    EXPECT_EQ(told, 1);
}

TEST(LossNotice, TellsAtOnceWhatIsKnownAlready) {
    LossNotice notice;
    notice.report();
    int told = 0;
    notice.notify([&] { ++told; });
    EXPECT_EQ(told, 1);
}

TEST(LossNotice, NeedNotHaveAnybodyToTell) {
    LossNotice notice;
    notice.report();
    notice.notify(nullptr);
    EXPECT_TRUE(notice.reported());
}

TEST(Heartbeat, BeatsUntilTheLockIsGoneAndTellsThatOnceFromItsThread) {
    testing::internal::CaptureStderr();
    std::atomic<int> beats = 0;
    std::latch notified(1);
    std::promise<std::thread::id> told;  // a second value would throw, and end the program
    Heartbeat heartbeat("test lock", 0ms, [&](const auto&) -> std::optional<std::string> {
        if (++beats < 3) return std::nullopt;
        EXPECT_EQ(beats, 3) << "after the loss there is nothing to look after";
        notified.wait();
        return "somebody took it";
    });
    EXPECT_FALSE(heartbeat.lost());
    heartbeat.notify([&] { told.set_value(std::this_thread::get_id()); });
    notified.count_down();
    EXPECT_NE(told.get_future().get(), std::this_thread::get_id());
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    heartbeat.end();
    EXPECT_TRUE(heartbeat.lost());
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("The test lock was lost: somebody took it"), std::string::npos) << log;
}

TEST(Heartbeat, ABeatThatThrowsIsALoss) {
    testing::internal::CaptureStderr();
    std::promise<void> told;
    Heartbeat heartbeat("lock", 0ms, [](const auto&) -> std::optional<std::string> {
        throw std::runtime_error("no answer");
    });
    heartbeat.notify([&] { told.set_value(); });
    told.get_future().get();
    EXPECT_TRUE(heartbeat.lost());
    const std::string log = testing::internal::GetCapturedStderr();
    EXPECT_NE(log.find("The lock was lost: no answer"), std::string::npos) << log;
}

TEST(Heartbeat, EndsInTheMiddleOfAPause) {
    std::atomic<int> beats = 0;
    {
        Heartbeat heartbeat("lock", kNever, [&](const auto&) -> std::optional<std::string> {
            ++beats;
            return std::nullopt;
        });
    }
    EXPECT_EQ(beats, 0);
}

TEST(Heartbeat, EndsABeatThatWaitsAndTellsNobody) {
    std::latch beating(1);
    bool told = false;
    Heartbeat heartbeat("lock", 0ms, [&](const std::stop_token& over) {
        beating.count_down();
        std::promise<void> ended;
        const std::stop_callback on_end(over, [&] { ended.set_value(); });
        ended.get_future().get();
        return std::optional<std::string>("given up");
    });
    heartbeat.notify([&] { told = true; });
    beating.wait();
    heartbeat.end();
    EXPECT_FALSE(told);
    EXPECT_FALSE(heartbeat.lost());
}

}  // namespace
}  // namespace migrator::db::sql
