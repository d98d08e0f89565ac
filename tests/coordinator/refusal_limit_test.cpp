#include "coordinator/refusal_limit.hpp"

#include <gtest/gtest.h>

namespace migrator::coordinator {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Count = std::optional<std::size_t>;

TEST(RefusalLimit, LetsOneOfEachKindPassInAMinute) {
    RefusalLimit limit;
    const std::chrono::steady_clock::time_point start{};
    EXPECT_EQ(limit.pass("a", start), Count(0));
    EXPECT_EQ(limit.pass("b", start), Count(0));
    EXPECT_EQ(limit.pass("a", start + seconds(1)), std::nullopt);
    EXPECT_EQ(limit.pass("a", start + seconds(59)), std::nullopt);
    EXPECT_EQ(limit.pass("a", start + minutes(1)), Count(2));
    EXPECT_EQ(limit.pass("a", start + minutes(2)), Count(0)) << "counted once";
}

TEST(RefusalLimit, IsBoundedWhoeverComes) {
    RefusalLimit limit;
    const std::chrono::steady_clock::time_point start{};
    std::size_t passed = 0;
    for (int i = 0; i < 10'000; ++i) passed += limit.pass(std::to_string(i), start) ? 1 : 0;
    EXPECT_EQ(passed, 1'000U);
    EXPECT_EQ(limit.pass("late", start), std::nullopt);
    EXPECT_EQ(limit.pass("late", start + minutes(1)), Count(0)) << "the others are forgotten";
}

}  // namespace
}  // namespace migrator::coordinator
