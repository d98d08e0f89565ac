// What is done for whom when tenants are worked for one by one.
#include "db/sql/apply/fleet_phases.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "apply/workplace.hpp"

namespace migrator::db::sql::apply {
namespace {

std::string described(std::span<const TenantPart> parts) {
    std::string text;
    for (const TenantPart& part : parts) {
        text += fmt::format(
            "{}{}: {}{}",
            text.empty() ? "" : "; ",
            *part.tenant,
            fmt::join(part.files, " "),
            part.last ? " last" : ""
        );
    }
    return text;
}

class FleetPhasesTest : public testing::Test {
protected:
    FleetPhasesTest() {
        work_.plan.tenants = {"a", "idle", "b", "c"};
        work_.plan_file("t/0", "", {"c", "a"});
        work_.plan_file("t/1", "", {"a", "b"});
        work_.plan_file("s/2", "", {"s"});
        work_.plan_file("t/3", "", {"b"});
        work_.plan_file("s/4", "", {"s"});
        phases_ = fleet_phases(work_.plan);
    }

    Workplace work_;
    std::vector<FleetPhase> phases_;
};

TEST_F(FleetPhasesTest, AreStretchesOfOneKind) {
    ASSERT_EQ(phases_.size(), 4U);
    EXPECT_EQ(described(phases_[0].parts), "a: 0 1 last; b: 1; c: 0 last");
    EXPECT_EQ(described(phases_[1].parts), "");
    EXPECT_EQ(described(phases_[2].parts), "b: 3 last");
    EXPECT_EQ(phases_[1].first_file, 2U);
    EXPECT_EQ(phases_[3].first_file, 4U);
    EXPECT_FALSE(phases_[1].last_single);
    EXPECT_TRUE(phases_[3].last_single);
}

TEST_F(FleetPhasesTest, CountTenantsThatHaveFiles) {
    EXPECT_EQ(tenants_at_work(phases_), 3U);
    EXPECT_EQ(tenants_at_work({}), 0U);
}

TEST_F(FleetPhasesTest, AWaveIsSomeOfThemInEachPhase) {
    EXPECT_EQ(described(phases_[0].wave(0, 1)), "a: 0 1 last");
    EXPECT_EQ(described(phases_[0].wave(1, 3)), "b: 1; c: 0 last");
    EXPECT_EQ(described(phases_[2].wave(0, 1)), "");
    EXPECT_EQ(described(phases_[2].wave(1, 2)), "b: 3 last");
    EXPECT_EQ(described(phases_[1].wave(0, 3)), "");
}

TEST_F(FleetPhasesTest, APartIsCutAtFilesOutsideATransaction) {
    const std::string tenant = "a";
    const TenantPart part{.tenant = &tenant, .files = {0, 1, 3}, .last = true};
    const auto whole = units_of(part, work_.plan, {});
    ASSERT_EQ(whole.size(), 1U);
    EXPECT_EQ(whole[0].files.size(), 3U);
    EXPECT_EQ(whole[0].tenant, "a");
    EXPECT_EQ(whole[0].finished, (Texts{"a"}));
    EXPECT_EQ(*whole[0].files[0].schemas, (Texts{"a"}));

    const auto cut = units_of(part, work_.plan, {false, true, false, false, false});
    ASSERT_EQ(cut.size(), 3U);
    EXPECT_TRUE(cut[0].in_transaction);
    EXPECT_FALSE(cut[1].in_transaction);
    EXPECT_EQ(cut[1].files[0].migration->file, "t/1");
    EXPECT_TRUE(cut[2].in_transaction);
    EXPECT_EQ(cut[0].finished, Texts{});
    EXPECT_EQ(cut[2].finished, (Texts{"a"}));
}

}  // namespace
}  // namespace migrator::db::sql::apply
