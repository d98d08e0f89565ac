#include "coordinator/health.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>

#include "core/secrets.hpp"

namespace migrator::coordinator {
namespace {

using std::chrono::milliseconds;
using Results = std::vector<Health::Result>;

constexpr milliseconds kLong = std::chrono::minutes(10);

TEST(Health, RunsEveryCheckAndKeepsTheirOrder) {
    Health health(
        {{"A", [] { throw std::runtime_error("no way"); }}, {"B", [] {}}, {"C", [] { throw 7; }}},
        kLong
    );
    const Results results = health.look();
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0].name, "A");
    EXPECT_EQ(results[0].problem, "no way");
    EXPECT_EQ(results[1].problem, std::nullopt);
    EXPECT_EQ(results[2].problem, "an error of unknown type");
}

TEST(Health, ShowsNoSecretThatALibraryQuotes) {
    secrets::add("hunter22");
    Health health({{"A", [] { throw std::runtime_error("no host hunter22@db"); }}}, kLong);
    EXPECT_EQ(health.look()[0].problem, "no host ***@db");
    secrets::forget_all();
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
    EXPECT_EQ(health.look()[0].problem, "down");
    EXPECT_EQ(health.look()[0].problem, std::nullopt);
    EXPECT_EQ(looks, 2);
}

TEST(Health, ProbesThatComeMeanwhileShareOneLook) {
    std::latch begun(1);
    std::latch let_go(1);
    std::atomic<int> looks = 0;
    Health health(
        {{"A",
          [&] {
              if (++looks > 1) return;
              begun.count_down();
              let_go.wait();
          }}},
        kLong
    );
    std::vector<std::future<Results>> probes;
    const auto probe = [&] { return health.look(); };
    probes.push_back(std::async(std::launch::async, probe));
    begun.wait();
    // A probe shares the look that is in work when it comes; whether one comes that early is up to
    // the threads, but none begins a look of its own while that one is in work.
    for (int i = 0; i < 3; ++i) probes.push_back(std::async(std::launch::async, probe));
    EXPECT_EQ(looks, 1);
    let_go.count_down();
    for (auto& each : probes) EXPECT_EQ(each.get()[0].problem, std::nullopt);
}

TEST(Health, ACheckThatHangsIsDownWhenItsTimeIsOver) {
    std::latch let_go(1);
    Health health({{"A", [&] { let_go.wait(); }}, {"B", [] {}}}, milliseconds(20));
    for (int probe = 0; probe < 2; ++probe) {
        const Results results = health.look();
        EXPECT_EQ(results[0].problem, "no response within 0.02 s");
        EXPECT_EQ(results[1].problem, std::nullopt);
    }
    let_go.count_down();
}

TEST(Health, AProbeThatComesWhenTheTimeIsOverIsToldAtOnce) {
    // Only the first probe waits for the limit: it would take minutes if each of them did.
    std::latch let_go(1);
    Health health({{"A", [&] { let_go.wait(); }}}, milliseconds(50));
    for (int probe = 0; probe < 5'000; ++probe) {
        ASSERT_EQ(health.look()[0].problem, "no response within 0.05 s");
    }
    let_go.count_down();
}

}  // namespace
}  // namespace migrator::coordinator
