#include "plan/fleet.hpp"

#include <gtest/gtest.h>

#include "plan/plan_support.hpp"

namespace migrator::plan::test {
namespace {

class Fleet : public ::testing::Test {
protected:
    std::vector<Migration> files_ =
        sources({"t/1.sql", "s/2.sql", "t/3.sql", "t/4.sql", "t/5.sql"});
    Applied applied_ = AppliedBuilder(files_, {"all", "gap", "new", "bad", "cut", "off"})
                           .rows("t/1.sql", {"all", "gap", "bad", "cut", "off"})
                           .rows("t/3.sql", {"all", "cut"})
                           .rows("t/4.sql", {"all", "gap", "cut"})
                           .state("bad", "t/3.sql")
                           .state("cut", "t/4.sql")
                           .state("off", "t/3.sql")
                           .build();

    FleetStandings status(const FleetPage& page = {.limit = 10}) {
        applied_.states[1].state = "running";
        applied_.states[2].state = "planned";
        return fleet_standings(files_, applied_, page);
    }
    static std::string names(const FleetStandings& status) {
        std::string text;
        for (const TenantStanding& each : status.page) {
            text += each.tenant + ":" + std::string(name_of(each.standing)) + " ";
        }
        return text;
    }
};

TEST_F(Fleet, TellsHowEachTenantStands) {
    const auto found = status();
    EXPECT_EQ(found.tenants, 6U);
    EXPECT_EQ(
        names(found), "all:current gap:lagging new:unmanaged bad:failed cut:unfinished off:planned "
    );
    EXPECT_EQ(found.standings, (std::array<std::size_t, kStandings>{1, 1, 1, 1, 1, 1}));
    EXPECT_EQ(found.pending, (std::vector<std::string>{"/m/t/5.sql"}));
    EXPECT_EQ(found.page[1].level, "/m/t/1.sql");
    EXPECT_EQ(found.page[1].missing, (std::vector<std::string>{"/m/t/3.sql"}));
    EXPECT_EQ(found.page[2].level, "");
    EXPECT_EQ(found.page[2].missing.size(), 3U);
    EXPECT_EQ(found.page[3].state->state, "failed");
    EXPECT_FALSE(found.page[0].state);
    EXPECT_TRUE(found.page[0].missing.empty());
}

TEST_F(Fleet, CountsTenantsByLevel) {
    std::string text;
    for (const FleetLevel& level : status().levels) {
        text += level.file + "=" + std::to_string(level.tenants) + " ";
    }
    EXPECT_EQ(text, "=1 /m/t/1.sql=3 /m/t/4.sql=2 ");
}

TEST_F(Fleet, ShowsAPage) {
    const auto first = status({.limit = 2});
    EXPECT_EQ(names(first), "all:current gap:lagging ");
    EXPECT_TRUE(first.has_more);
    const auto last = status({.limit = 3, .after = "gap"});
    EXPECT_EQ(names(last), "new:unmanaged bad:failed cut:unfinished ");
    EXPECT_TRUE(last.has_more);
    EXPECT_EQ(names(status({.standing = Standing::Failed, .limit = 9})), "bad:failed ");
    EXPECT_TRUE(status({.limit = 0}).has_more);
    EXPECT_EQ(status({.limit = 3, .after = "nobody"}).page.size(), 0U);
}

TEST_F(Fleet, NamesStandingsBothWays) {
    for (std::size_t i = 0; i < kStandings; ++i) {
        const auto standing = static_cast<Standing>(i);
        EXPECT_EQ(standing_called(name_of(standing)), standing);
    }
    EXPECT_FALSE(standing_called("other"));
}

}  // namespace
}  // namespace migrator::plan::test
