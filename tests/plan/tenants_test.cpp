// What status says of tenants by what they lack, and of names that are no tenants any more.
#include <gtest/gtest.h>

#include "plan/plan.hpp"
#include "plan/plan_support.hpp"

namespace migrator::plan::test {
namespace {

class Tenants : public ::testing::Test {
protected:
    static std::string lagging_in(const std::vector<Migration>& files, const Applied& applied) {
        std::string text;
        for (const LaggingTenant& each : lagging(files, applied)) {
            text += each.tenant + ":";
            for (const std::string& file : each.missing) text += " " + file.substr(3);
            text += "; ";
        }
        return text;
    }

    const std::vector<Migration> files_ = sources({"t/1.sql", "t/2.sql", "t/3.sql"});
};

TEST_F(Tenants, ThatAreOwedTheFirstFileAreNotUnmanaged) {
    const Applied applied = AppliedBuilder(files_, {"a", "owed", "late", "new"})
                                .rows("t/1.sql", {"a"})
                                .rows("t/2.sql", {"a"})
                                .state("owed", "t/1.sql")
                                .state("late", "t/2.sql")
                                .build();
    EXPECT_EQ(unmanaged(files_, applied), (std::vector<std::string>{"late", "new"}));
}

TEST_F(Tenants, LagOnlyBehindWhatNoRunHasPlannedForThem) {
    const Applied applied = AppliedBuilder(files_, {"all", "owed", "gap"})
                                .rows("t/1.sql", {"all", "owed"})
                                .rows("t/2.sql", {"all"})
                                .rows("t/3.sql", {"all", "gap"})
                                .state("owed", "t/2.sql")
                                .state("gap", "t/2.sql")
                                .build();
    EXPECT_EQ(lagging_in(files_, applied), "gap: t/1.sql; ");
}

TEST_F(Tenants, WithRecordsAndNoRowInTheListAreUnlisted) {
    Applied applied = AppliedBuilder(files_, {"a"})
                          .rows("t/1.sql", {"a", "old", "bad"})
                          .state("gone", "t/1.sql")
                          .state("", "t/1.sql")
                          .build();
    applied.bad_tenants.push_back({.tenant = "bad", .message = "", .files = nullptr});
    EXPECT_EQ(unlisted(applied), (std::vector<std::string>{"gone", "old"}));
    EXPECT_TRUE(unlisted(Applied{}).empty());
}

}  // namespace
}  // namespace migrator::plan::test
