#include <gtest/gtest.h>

#include <algorithm>

#include "plan/plan.hpp"
#include "plan/plan_support.hpp"

/// Tenant migrations that some tenants have and others don't.
namespace migrator::plan::test {
namespace {

const auto kSources = sources({"t/1.sql", "s/2.sql", "t/3.sql", "t/4.sql", "t/5.sql"});

/// "all" has 1, 3, 4; "late" has only 3; "early" only 1; "none" has no row. Nobody has 5.
AppliedBuilder uneven() {
    AppliedBuilder builder(kSources, {"late", "all", "none", "early"});
    builder.row("s/2.sql")
        .rows("t/1.sql", {"all", "early"})
        .rows("t/3.sql", {"all", "late"})
        .rows("t/4.sql", {"all"});
    return builder;
}

TEST(Pending, TheRuleAndReconcileDecideWhoGetsWhatOthersHave) {
    const struct {
        const char* name;
        Options options;
        Lines plan;
    } cases[] = {
        {"per file: what nobody has", {}, {"t/5.sql: late all none early"}},
        {"per tenant: also what sorts after a row of the tenant",
         {.rule = PendingRule::PerTenant},
         {"t/3.sql: early", "t/4.sql: late early", "t/5.sql: late all none early"}},
        {"reconcile: everything",
         {.reconcile = true},
         {"t/1.sql: late none",
          "t/3.sql: none early",
          "t/4.sql: late none early",
          "t/5.sql: late all none early"}},
        {"reconcile, per tenant: everything",
         {.rule = PendingRule::PerTenant, .reconcile = true},
         {"t/1.sql: late none",
          "t/3.sql: none early",
          "t/4.sql: late none early",
          "t/5.sql: late all none early"}}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(lines(pending(kSources, uneven().build(), c.options)), c.plan);
    }
}

TEST(Pending, ARunThatDidNotEndWellOwesItsFilesUnderBothRules) {
    const struct {
        const char* name;
        const char* tenant;
        const char* first_file;
        Lines plan;  // without t/5.sql, which nobody has
    } cases[] = {
        {"from the first file on",
         "none",
         "t/1.sql",
         {"t/1.sql: none", "t/3.sql: none", "t/4.sql: none"}},
        {"not before it", "none", "t/4.sql", {"t/4.sql: none"}},
        {"without what the tenant has", "late", "t/1.sql", {"t/1.sql: late", "t/4.sql: late"}},
        {"from a single file on", "none", "s/2.sql", {"t/3.sql: none", "t/4.sql: none"}},
        {"nothing that is there", "all", "t/1.sql", {}},
        {"of a tenant that has gone", "gone", "t/1.sql", {}},
        {"of single files", "", "t/1.sql", {}},
        {"from a file that left the source",
         "none",
         "t/2b.sql",
         {"t/3.sql: none", "t/4.sql: none"}},
        {"from a file that left, named as one that is here",
         "none",
         "old/4.sql",
         {"t/4.sql: none"}},
        {"from a file that left, after all others", "none", "t/9.sql", {}}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const Applied applied = uneven().state(c.tenant, c.first_file).build();
        Lines plan = lines(pending(kSources, applied, {}));
        ASSERT_FALSE(plan.empty());
        EXPECT_EQ(plan.back(), "t/5.sql: late all none early");
        plan.pop_back();
        EXPECT_EQ(plan, c.plan);
    }
}

TEST(Pending, AStateAddsToWhatTheTenantGetsByItsRows) {
    const Applied applied = uneven().state("late", "t/1.sql").state("early", "t/4.sql").build();
    EXPECT_EQ(
        lines(pending(kSources, applied, {.rule = PendingRule::PerTenant})),
        (Lines{
            "t/1.sql: late",
            "t/3.sql: early",
            "t/4.sql: late early",
            "t/5.sql: late all none early"})
    );
}

TEST(Pending, AStateThatBeganWithAScriptOwesNoMigration) {
    const auto source = sources({"t/1.sql", "t/2.sql", "ts/0.sql"});
    AppliedBuilder builder(source, {"a", "b"});
    builder.rows("t/1.sql", {"a"}).rows("t/2.sql", {"a"}).row("ts/gone.sql");
    for (const char* script : {"ts/0.sql", "ts/gone.sql"}) {
        SCOPED_TRACE(script);
        const Applied applied = AppliedBuilder(builder).state("b", script).build();
        EXPECT_EQ(lines(pending(source, applied, {})), Lines{"ts/0.sql: a b"});
    }
}

TEST(Pending, ATenantThatCameFromOutsideGetsOnlyWhatNobodyHas) {
    const Applied applied = uneven().build();
    for (const auto& file : pending(kSources, applied, {.rule = PendingRule::PerTenant}).files) {
        const bool for_none = std::ranges::count(*file.schemas, "none") > 0;
        EXPECT_EQ(for_none, file.migration->name == "5.sql");
    }
}

TEST(Lagging, NamesManagedTenantsWithWhatTheyLack) {
    EXPECT_EQ(
        lagging(kSources, uneven().build()),
        (std::vector<LaggingTenant>{
            {"late", {"/m/t/1.sql", "/m/t/4.sql"}}, {"early", {"/m/t/3.sql", "/m/t/4.sql"}}})
    );
}

TEST(Lagging, IsNobodyWhenAllHaveTheSame) {
    const Applied applied = AppliedBuilder(kSources, {"a", "b"})
                                .rows("t/1.sql", {"a", "b"})
                                .state("a", "t/1.sql")
                                .build();
    EXPECT_TRUE(lagging(kSources, applied).empty());
    EXPECT_TRUE(lagging(kSources, AppliedBuilder(kSources, {"a"}).build()).empty());
}

TEST(Lagging, CountsATenantWhoseFilesAllLeftTheSource) {
    const Applied applied = AppliedBuilder(kSources, {"old", "new"})
                                .rows("t/0-gone.sql", {"old"})
                                .rows("t/1.sql", {"new"})
                                .build();
    EXPECT_EQ(lagging(kSources, applied), (std::vector<LaggingTenant>{{"old", {"/m/t/1.sql"}}}));
    EXPECT_TRUE(unmanaged(kSources, applied).empty());
}

TEST(Unmanaged, NamesTenantsWithoutRowsWhileOthersHaveSome) {
    EXPECT_EQ(unmanaged(kSources, uneven().build()), Lines{"none"});
}

TEST(Unmanaged, IsNobodyWhileNothingIsRecorded) {
    const Applied applied = AppliedBuilder(kSources, {"a", "b"}).row("s/2.sql").build();
    EXPECT_TRUE(unmanaged(kSources, applied).empty());
}

TEST(Pending, PlansManyTenantsAndFiles) {
    std::vector<Migration> source;
    for (int i = 100; i < 200; ++i) source.push_back(test::source("t/" + std::to_string(i)));
    Applied applied;
    for (const Migration& m : source) applied.files[m.file] = {kMigrationKinds, m.check_sum};
    for (int i = 0; i < 10'000; ++i) {
        applied.tenants.push_back("tenant" + std::to_string(i));
        applied.counts[applied.tenants.back()] = source.size();
    }
    EXPECT_TRUE(pending(source, applied, {PendingRule::PerTenant, true}).empty());
    applied.counts["tenant5000"] = 99;
    for (std::size_t i = 0; i < 99; ++i) {
        applied.files_of_tenant["tenant5000"].insert(source[i].file);
    }
    EXPECT_EQ(
        lines(pending(source, applied, {.rule = PendingRule::PerTenant})),
        Lines{"t/199: tenant5000"}
    );
}

}  // namespace
}  // namespace migrator::plan::test
