#include "plan/rollout_steps.hpp"

#include <gtest/gtest.h>

namespace migrator::plan {
namespace {

using Names = std::vector<std::string>;

class RolloutStepsTest : public ::testing::Test {
protected:
    RolloutStepsTest() {
        plan_.tenants = {"a", "b", "c", "d"};
        plan_.files.push_back({&single_, std::make_shared<const Names>(Names{"shared"})});
        plan_.files.push_back({&file_, std::make_shared<const Names>(Names{"d", "a", "c"})});
    }
    Migration single_{.type = MigrationType::SingleMigration};
    Migration file_{.type = MigrationType::TenantMigration};
    Plan plan_;
};

TEST_F(RolloutStepsTest, AreOneForAllTenantsWithFilesInTheOrderOfTheList) {
    const auto steps = rollout_steps(plan_, {}, {});
    ASSERT_EQ(steps.size(), 1U);
    EXPECT_EQ(steps[0].name, "all");
    EXPECT_EQ(steps[0].tenants, (Names{"a", "c", "d"}));
}

TEST_F(RolloutStepsTest, BeginWithTheCanary) {
    const auto steps = rollout_steps(
        plan_, {1, 2, 3}, {.canary = Share{.value = 1}, .waves = {Share{.value = 2}, Share{3}}}
    );
    ASSERT_EQ(steps.size(), 3U);
    EXPECT_EQ(steps[0].name, "canary");
    EXPECT_EQ(steps[0].tenants, (Names{"a"}));
    EXPECT_EQ(steps[1].name, "wave 1");
    EXPECT_EQ(steps[1].tenants, (Names{"c"}));
    EXPECT_EQ(steps[2].name, "wave 2");
    EXPECT_EQ(steps[2].tenants, (Names{"d"}));
}

TEST_F(RolloutStepsTest, AreACanaryAloneWithoutWaves) {
    EXPECT_EQ(rollout_steps(plan_, {}, {.canary = Share{.value = 3}})[0].name, "canary");
}

}  // namespace
}  // namespace migrator::plan
