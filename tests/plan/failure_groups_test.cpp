#include "plan/failure_groups.hpp"

#include <gtest/gtest.h>

namespace migrator::plan {
namespace {

TenantFailure failure(const std::string& tenant, const std::string& message) {
    return {
        .tenant = tenant,
        .file = "V2.sql",
        .statement = 3,
        .sqlstate = "42P01",
        .message = message};
}

TEST(FailureGroupsTest, PutTenantsTogetherThatFailedInTheSameWay) {
    FailureGroups groups;
    groups.add(failure("a", "table a.orders is missing, schema a"));
    groups.add(failure("b", "table b.orders is missing, schema b"));
    groups.add(failure("c", "no space"));
    ASSERT_EQ(groups.groups().size(), 2U);
    const FailureGroup& first = groups.groups().front();
    EXPECT_EQ(first.message, "table {tenant}.orders is missing, schema {tenant}");
    EXPECT_EQ(first.count, 2U);
    EXPECT_EQ(first.tenants, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(groups.groups().back().message, "no space");
}

TEST(FailureGroupsTest, KeepApartWhatDiffersInFileOrStatement) {
    FailureGroups groups;
    TenantFailure other = failure("b", "x");
    other.statement = 4;
    groups.add(failure("a", "x"));
    groups.add(other);
    EXPECT_EQ(groups.groups().size(), 2U);
}

TEST(FailureGroupsTest, ReplaceNamesAndNotPartsOfWords) {
    FailureGroups groups;
    groups.add(failure("t1", "t1, t12, at1, t1-b, (t1)"));
    EXPECT_EQ(groups.groups().front().message, "{tenant}, t12, at1, t1-b, ({tenant})");
}

TEST(FailureGroupsTest, AreBounded) {
    FailureGroups groups;
    const std::string longest(FailureGroups::kLongestMessage * 2, 'x');
    for (std::size_t i = 0; i < FailureGroups::kMostGroups + 7; ++i) {
        groups.add(failure("a", std::to_string(i) + longest));
    }
    EXPECT_EQ(groups.groups().size(), FailureGroups::kMostGroups);
    EXPECT_EQ(groups.left_out(), 7U);
    EXPECT_EQ(groups.groups().front().message.size(), FailureGroups::kLongestMessage);
    FailureGroups same;
    for (std::size_t i = 0; i < FailureGroups::kMostTenants + 5; ++i) same.add(failure("a", "x"));
    EXPECT_EQ(same.groups().front().count, FailureGroups::kMostTenants + 5);
    EXPECT_EQ(same.groups().front().tenants.size(), FailureGroups::kMostTenants);
}

}  // namespace
}  // namespace migrator::plan
