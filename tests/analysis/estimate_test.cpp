#include "analysis/estimate.hpp"

#include <gtest/gtest.h>

namespace migrator::analysis {
namespace {

using std::chrono::microseconds;

TracedStatement statement(std::size_t number, microseconds time, const std::string& table = {}) {
    TracedStatement one{.file = "f.sql", .number = number, .line = 1, .text = {}};
    one.time = time;
    if (!table.empty()) one.touched = {{"", table, true, true, 0}};
    return one;
}

/// A trace of a tenant in which each table that is touched is the tenant's.
Trace trace(const std::string& schema, std::vector<TracedStatement> statements) {
    for (auto& one : statements) {
        for (auto& table : one.touched) {
            if (table.schema.empty()) table.schema = schema;
        }
    }
    return {.schema = schema, .statements = std::move(statements), .failure = {}};
}

TEST(Estimate, TimeGrowsWithThePagesOfTheTablesThatAreTouched) {
    const std::map<std::string, TableSizes> sizes = {
        {"a", {{"orders", 100}, {"other", 9'999}}},
        {"b", {{"orders", 1'000}}},
        {"c", {{"orders", 10'000}}},
        {"d", {{"orders", 5'000}}},
        {"e", {}}};
    const auto at = [](std::int64_t pages) { return microseconds(2'000 + (10 * pages)); };
    const std::vector<Trace> traces = {
        trace("a", {statement(1, at(100), "orders"), statement(2, microseconds(300))}),
        trace("b", {statement(1, at(1'000), "orders"), statement(2, microseconds(300))}),
        trace("c", {statement(1, at(10'000), "orders"), statement(2, microseconds(300))})};
    const Estimate result = estimate(traces, sizes, {"d", "e", "nobody"}, 1);
    ASSERT_EQ(result.tenants.size(), 3U);
    EXPECT_NEAR(static_cast<double>(result.tenants[0].time.likely.count()), 52'300, 10);
    EXPECT_NEAR(static_cast<double>(result.tenants[1].time.likely.count()), 2'300, 10);
    EXPECT_EQ(result.tenants[2].time, result.tenants[1].time);
    EXPECT_EQ(result.traced, 3U);
    EXPECT_EQ(result.unknown, 0U);
    EXPECT_EQ(result.statements[0].tables, std::vector<std::string>{"orders"});
    EXPECT_TRUE(result.statements[1].tables.empty());
    EXPECT_LT(result.work.low, result.work.likely);
    EXPECT_GT(result.work.high, result.work.likely);
    EXPECT_EQ(result.wall, result.work) << "one after the other";
}

TEST(Estimate, NeverIsNegative) {
    const std::map<std::string, TableSizes> sizes = {
        {"a", {{"t", 1'000}}}, {"b", {{"t", 10'000}}}, {"c", {{"t", 1'000'000}}}, {"d", {}}};
    const struct {
        const char* name;
        microseconds small;
        microseconds large;
    } cases[] = {
        {"falls with the size", microseconds(500), microseconds(100)},
        {"would begin below zero", microseconds(100), microseconds(100'000)},
        {"nothing at all", microseconds(0), microseconds(0)}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const std::vector<Trace> traces = {
            trace("a", {statement(1, c.small, "t")}), trace("b", {statement(1, c.large, "t")})};
        const Estimate result = estimate(traces, sizes, {"c", "d"}, 1);
        for (const auto& tenant : result.tenants) {
            EXPECT_GE(tenant.time.low.count(), 0);
            EXPECT_GE(tenant.time.likely, tenant.time.low);
            EXPECT_GE(tenant.time.high, tenant.time.likely);
        }
    }
}

TEST(Estimate, IsLessSureOfOneTraceAndOfLargerTablesThanTraced) {
    const std::map<std::string, TableSizes> sizes = {
        {"a", {{"t", 100}}}, {"b", {{"t", 100}}}, {"large", {{"t", 10'000}}}};
    const Trace only = trace("a", {statement(1, microseconds(1'000), "t")});
    const auto range = [&](const std::string& tenant) {
        const Estimate result = estimate({only}, sizes, {tenant}, 1);
        return static_cast<double>(result.work.high.count()) /
               static_cast<double>(result.work.likely.count());
    };
    EXPECT_GE(range("b"), 2);
    EXPECT_GT(range("large"), range("b"));
}

TEST(Estimate, SaysOfWhichStatementsNothingIsKnown) {
    Trace stopped = trace("a", {statement(1, microseconds(10)), statement(2, microseconds(20))});
    stopped.failure = "the second failed";
    TracedStatement skipped = statement(3, microseconds(0));
    skipped.not_traced = "cannot run inside a transaction";
    const Trace other = trace("b", {statement(1, microseconds(10)), skipped});
    const Estimate result = estimate({stopped, other}, {}, {"a"}, 1);
    ASSERT_EQ(result.statements.size(), 3U);
    EXPECT_EQ(result.statements[0].samples, 2U);
    EXPECT_EQ(result.statements[1].samples, 0U);
    EXPECT_EQ(result.statements[2].samples, 0U);
    EXPECT_EQ(result.unknown, 2U);
    EXPECT_EQ(result.work.likely, microseconds(10));
}

TEST(Estimate, WorkersShareTheTenants) {
    const Trace only = trace("a", {statement(1, microseconds(1'000))});
    const auto wall = [&](std::size_t parallelism) {
        return estimate({only}, {}, {"a", "b", "c", "d", "e"}, parallelism).wall.likely;
    };
    EXPECT_EQ(wall(1), microseconds(5'000));
    EXPECT_EQ(wall(2), microseconds(3'000));
    EXPECT_EQ(wall(8), microseconds(1'000));
}

TEST(SpreadOverSizes, TakesTheSmallestTheLargestAndThoseBetween) {
    const std::map<std::string, TableSizes> sizes = {
        {"t1", {{"t", 10}}},
        {"t2", {{"t", 12}}},
        {"t3", {{"t", 100}, {"u", 20}}},
        {"t4", {{"t", 1'000}}},
        {"t5", {{"t", 1'100}}}};
    const std::vector<std::string> all = {"t5", "t4", "t3", "t2", "t1"};
    using Names = std::vector<std::string>;
    EXPECT_EQ(spread_over_sizes(sizes, all, 3), (Names{"t1", "t3", "t5"}));
    EXPECT_EQ(spread_over_sizes(sizes, all, 2), (Names{"t1", "t5"}));
    EXPECT_EQ(spread_over_sizes(sizes, all, 1), (Names{"t3"}));
    EXPECT_EQ(spread_over_sizes(sizes, all, 9), (Names{"t1", "t2", "t3", "t4", "t5"}));
    EXPECT_EQ(spread_over_sizes(sizes, {"t4", "missing"}, 0), (Names{"missing", "t4"}));
}

TEST(BlockedBy, CountsFromTheStatementThatTookTheLockToTheEnd) {
    Trace one = trace(
        "a",
        {statement(1, microseconds(100)),
         statement(2, microseconds(20)),
         statement(3, microseconds(3))}
    );
    one.statements[0].locks = {{"a", "t", "RowExclusiveLock"}};
    one.statements[1].locks = {{"a", "t", "ShareLock"}};
    one.statements[2].locks = {{"a", "t", "AccessExclusiveLock"}};
    const auto blocked = blocked_by(one);
    ASSERT_EQ(blocked.size(), 1U);
    EXPECT_EQ(blocked[0].mode, "AccessExclusiveLock");
    EXPECT_EQ(blocked[0].time, microseconds(23));
}

}  // namespace
}  // namespace migrator::analysis
