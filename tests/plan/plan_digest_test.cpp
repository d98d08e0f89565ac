#include "plan/plan_digest.hpp"

#include <gtest/gtest.h>

namespace migrator::plan {
namespace {

using Names = std::vector<std::string>;

class PlanDigest : public testing::Test {
protected:
    Plan plan(const Names& first, const Names& second) const {
        const auto share = [](const Names& names) { return std::make_shared<const Names>(names); };
        return {.files = {{&files_[0], share(first)}, {&files_[1], share(second)}}, .tenants = {}};
    }

    std::vector<Migration> files_{
        {.file = "a/1.sql", .check_sum = "11"}, {.file = "a/2.sql", .check_sum = "22"}};
};

TEST_F(PlanDigest, IsTheSameForPlansThatDoTheSame) {
    const auto shared = std::make_shared<const Names>(Names{"north", "south"});
    const Plan one{.files = {{&files_[0], shared}, {&files_[1], shared}}, .tenants = {"x"}};
    EXPECT_EQ(digest(one), digest(plan({"north", "south"}, {"north", "south"})));
    EXPECT_EQ(digest(one).size(), 64U);
}

TEST_F(PlanDigest, ChangesWithFilesTextsAndSchemas) {
    const std::string before = digest(plan({"north"}, {"south"}));
    EXPECT_NE(digest(plan({"north", "south"}, {})), before);
    EXPECT_NE(digest(plan({"south"}, {"north"})), before);
    EXPECT_NE(digest(Plan{}), before);
    files_[1].check_sum = "23";
    EXPECT_NE(digest(plan({"north"}, {"south"})), before);
    std::swap(files_[0], files_[1]);
    EXPECT_NE(digest(plan({"north"}, {"south"})), before);
}

}  // namespace
}  // namespace migrator::plan
