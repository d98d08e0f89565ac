#include "coordinator/health.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

namespace migrator::coordinator {
namespace {

using std::chrono::milliseconds;
using Results = std::vector<Health::Result>;

constexpr milliseconds kLong = std::chrono::minutes(10);

Results wait_for(Health::Probe& probe) {
    while (true) {
        if (auto results = probe.results()) return *results;
        std::this_thread::yield();
    }
}

TEST(Health, RunsEveryCheckAndKeepsTheirOrder) {
    Health health(
        {{"A", [] { throw std::runtime_error("no way"); }}, {"B", [] {}}, {"C", [] { throw 7; }}},
        kLong
    );
    const Results results = wait_for(*health.begin());
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0].name, "A");
    EXPECT_EQ(results[0].problem, "no way");
    EXPECT_EQ(results[1].problem, std::nullopt);
    EXPECT_EQ(results[2].problem, "an error of an unknown type");
}

TEST(Health, LooksAgainForEveryProbeThatComesLater) {
    std::atomic<int> looks = 0;
    Health health(
        {{"A",
          [&] {
              if (++looks == 1) throw std::runtime_error("down");
          }}},
        kLong
    );
    EXPECT_EQ(wait_for(*health.begin())[0].problem, "down");
    EXPECT_EQ(wait_for(*health.begin())[0].problem, std::nullopt);
    EXPECT_EQ(looks, 2);
}

TEST(Health, ProbesThatComeMeanwhileShareOneLook) {
    std::atomic<int> looks = 0;
    std::latch let_go(1);
    Health health(
        {{"A",
          [&] {
              ++looks;
              let_go.wait();
          }}},
        kLong
    );
    const auto first = health.begin();
    const auto second = health.begin();
    EXPECT_EQ(first->results(), std::nullopt);
    EXPECT_EQ(second->results(), std::nullopt);
    let_go.count_down();
    EXPECT_EQ(wait_for(*first)[0].problem, std::nullopt);
    EXPECT_EQ(wait_for(*second)[0].problem, std::nullopt);
    EXPECT_EQ(looks, 1);
}

TEST(Health, ACheckThatHangsIsDownWhenItsTimeIsOver) {
    std::latch let_go(1);
    Health health({{"A", [&] { let_go.wait(); }}, {"B", [] {}}}, milliseconds(20));
    const Results results = wait_for(*health.begin());
    EXPECT_EQ(results[0].problem, "no answer within 0.02 s");
    EXPECT_EQ(results[1].problem, std::nullopt);
    let_go.count_down();
}

}  // namespace
}  // namespace migrator::coordinator
