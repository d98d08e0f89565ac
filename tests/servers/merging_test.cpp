// What several servers have together, and what is planned from it.
#include "db/servers/merging.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "db/servers/at_once.hpp"
#include "db/servers/shared_sink.hpp"
#include "plan/fleet.hpp"
#include "plan/plan.hpp"
#include "plan/plan_support.hpp"
#include "plan/servers.hpp"

namespace migrator::db::servers {
namespace {

using plan::test::AppliedBuilder;
using plan::test::Lines;
using plan::test::lines;

const auto kSources =
    plan::test::sources({"s/1.sql", "t/2.sql", "s/3_only.sql", "t/4.sql", "ss/0.sql"});

Layout layout_of(const std::vector<std::string>& names) {
    Layout layout;
    for (const std::string& name : names) {
        layout.servers.push_back({.name = name, .is_catalog = name == "catalog"});
    }
    return layout;
}

Applied merged(const std::vector<Applied>& all, const Layout& layout) {
    Merging merging(kSources, layout, {"*_only.sql"});
    for (std::size_t i = 0; i < all.size(); ++i) merging.add(i, all[i]);
    return merging.take();
}

Applied nothing(std::vector<std::string> tenants) {
    return AppliedBuilder(kSources, std::move(tenants)).build();
}

Applied everything(std::initializer_list<const char*> tenants) {
    const std::vector<std::string> names(tenants.begin(), tenants.end());
    return AppliedBuilder(kSources, names)
        .row("s/1.sql")
        .row("s/3_only.sql")
        .rows("t/2.sql", tenants)
        .rows("t/4.sql", tenants)
        .build();
}

TEST(Merging, WhatOneServerHasSaysNothingOfAnother) {
    const Layout layout = layout_of({"catalog", "east"});
    const Applied applied = merged({everything({"c"}), nothing({"e"})}, layout);
    for (const auto rule : {plan::PendingRule::PerFile, plan::PendingRule::PerTenant}) {
        EXPECT_EQ(
            lines(plan::pending(kSources, applied, {.rule = rule})),
            (Lines{"s/1.sql: s", "t/2.sql: e", "t/4.sql: e", "ss/0.sql: ss"})
        ) << "and s/3_only.sql is for the catalog alone";
    }
    EXPECT_EQ(applied.tenants, (Lines{"c", "e"}));
    EXPECT_TRUE(plan::unmanaged(kSources, applied).empty()) << "e gets all files, and in order";
    EXPECT_TRUE(plan::lagging(kSources, applied).empty());
    const auto fleet = plan::fleet_standings(kSources, applied, {});
    EXPECT_EQ(fleet.standings[static_cast<std::size_t>(plan::Standing::Current)], 1U);
}

TEST(Merging, NothingIsPendingWhereAllHaveAll) {
    const Layout layout = layout_of({"catalog", "east"});
    const Applied applied = merged({everything({"c"}), everything({"e"})}, layout);
    EXPECT_EQ(lines(plan::pending(kSources, applied, {})), (Lines{"ss/0.sql: ss"}));
    EXPECT_TRUE(plan::changed(kSources, applied).empty());
}

TEST(Merging, AServerWithoutTenantsWaitsForNoTenantFile) {
    const Layout layout = layout_of({"catalog", "east"});
    const Applied applied = merged({nothing({}), everything({"e"})}, layout);
    EXPECT_EQ(
        lines(plan::pending(kSources, applied, {})),
        (Lines{"s/1.sql: s", "s/3_only.sql: s", "ss/0.sql: ss"})
    );
}

TEST(Merging, AnEditThatOneServerHasNotAcceptedIsOne) {
    const Layout layout = layout_of({"catalog", "east"});
    for (const std::size_t stale : {0U, 1U}) {
        std::vector<Applied> all{everything({"c"}), everything({"e"})};
        all[stale].files.at("/m/s/1.sql").check_sum = "of the text before";
        EXPECT_EQ(plan::changed(kSources, merged(all, layout)).size(), 1U) << stale;
    }
}

TEST(Merging, AServerThatCouldNotBeReadIsLeftOut) {
    const Layout layout = layout_of({"catalog", "east"});
    Merging merging(kSources, layout, {});
    merging.add(0, everything({"c"}));
    merging.add_problem(1, "no route");
    const Applied applied = merging.take();
    EXPECT_EQ(applied.servers.at(1).problem, "no route");
    EXPECT_EQ(lines(plan::pending(kSources, applied, {})), (Lines{"ss/0.sql: ss"}));
}

TEST(Merging, ReportsATenantOnTwoServersAndOneWhoseRecordsAreElsewhere) {
    const Layout layout = layout_of({"catalog", "east", "west"});
    Applied west = everything({"w", "moved"});
    west.tenants = {"w", "both"};
    const Applied applied = merged({nothing({}), nothing({"both", "moved"}), west}, layout);
    ASSERT_EQ(applied.bad_tenants.size(), 2U);
    EXPECT_EQ(applied.bad_tenants[0].tenant, "both");
    EXPECT_NE(
        applied.bad_tenants[0].message.find("on two servers, east and west"), std::string::npos
    );
    EXPECT_EQ(applied.bad_tenants[1].tenant, "moved");
    EXPECT_NE(
        applied.bad_tenants[1].message.find("migrator move-tenant moved --to east"),
        std::string::npos
    );
    EXPECT_EQ(applied.tenants, Lines{"w"});
}

TEST(ServerParts, EachServerGetsItsTenantsAndTheFilesItLacks) {
    const Layout layout = layout_of({"catalog", "east"});
    const Applied applied = merged({everything({"c"}), nothing({"e1", "e2"})}, layout);
    const Plan all = plan::pending(kSources, applied, {});
    const auto parts = plan::by_server(all, applied.servers, applied.catalog_only);
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(lines(parts[0].plan), (Lines{"ss/0.sql: ss"}));
    EXPECT_EQ(parts[1].server, 1U);
    EXPECT_EQ(
        lines(parts[1].plan),
        (Lines{"s/1.sql: s", "t/2.sql: e1 e2", "t/4.sql: e1 e2", "ss/0.sql: ss"})
    );
    const Plan some = plan::for_tenants(parts[1].plan, {"e2"}, false);
    EXPECT_EQ(lines(some), (Lines{"t/2.sql: e2", "t/4.sql: e2"}));
    EXPECT_EQ(plan::working_tenants(some), Lines{"e2"});
}

TEST(StillPending, LeavesOutWhatAnotherRunHasDoneAndOwesTheOthersTheirFiles) {
    const Applied before = nothing({"a", "b", "new"});
    const Plan all = plan::pending(kSources, before, {.rule = plan::PendingRule::PerTenant});
    const Plan planned = plan::for_tenants(all, {"a", "b"}, true);
    const Applied now = AppliedBuilder(kSources, {"a", "b", "new"})
                            .row("s/1.sql")
                            .rows("t/2.sql", {"a"})
                            .state("b", "t/2.sql")
                            .build();
    const Plan fresh = plan::pending(kSources, now, {.rule = plan::PendingRule::PerTenant});
    const auto rest = plan::still_pending(planned, fresh, kSources, now, {});
    EXPECT_EQ(
        lines(rest.plan), (Lines{"t/2.sql: b", "s/3_only.sql: s", "t/4.sql: a b", "ss/0.sql: ss"})
    );
    ASSERT_EQ(rest.owed.size(), 1U);
    EXPECT_EQ(rest.owed.front().tenant, "new");
    EXPECT_TRUE(plan::still_pending(planned, fresh, kSources, now, {"new"}).owed.empty());
}

TEST(AtOnce, CallsEachOnce) {
    for (const std::size_t limit : {1U, 3U, 100U}) {
        std::vector<std::atomic<int>> calls(20);
        do_at_once(calls.size(), limit, [&](std::size_t i) { ++calls[i]; });
        for (const auto& count : calls) EXPECT_EQ(count, 1);
    }
}

TEST(SharedSink, AddsUpWhatTheServersReport) {
    Progress last;
    SharedSink sink([&](const Progress& progress) { last = progress; }, 2, 5, 10);
    const auto east = sink.of(1);
    const auto west = sink.of(2);
    east({.phase = "applying", .executions_done = 3});
    west({.phase = "applying", .executions_done = 2});
    east({.phase = "applying", .executions_done = 4});
    EXPECT_EQ(last.executions_done, 6U);
    EXPECT_EQ(last.executions, 10U);
    east({.phase = "applying", .executions_done = 1});
    EXPECT_EQ(last.executions_done, 7U) << "the next wave there counts anew";
    EXPECT_EQ(SharedSink(nullptr, 0, 0, 0).of(0), nullptr);
}

}  // namespace
}  // namespace migrator::db::servers
