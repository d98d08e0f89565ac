#include <gtest/gtest.h>

#include "plan/plan.hpp"
#include "plan/plan_support.hpp"

namespace migrator::plan::test {
namespace {

Lines phase_lines(const Plan& plan) {
    Lines result;
    for (const Phase& phase : phases(plan)) {
        std::string line = phase.for_tenants ? "tenants:" : "single:";
        for (const PlannedFile& file : phase.files) line += " " + file.migration->file.substr(3);
        result.push_back(std::move(line));
    }
    return result;
}

TEST(Phases, AreStretchesOfOneKindOfSchema) {
    const auto all = sources(
        {"s/1.sql", "r/2.sql", "t/3.sql", "t/4.sql", "s/5.sql", "ss/0.sql", "ts/0.sql", "ts/1.sql"}
    );
    EXPECT_EQ(
        phase_lines(pending(all, AppliedBuilder(all, {"a"}).build(), {})),
        (Lines{
            "single: s/1.sql r/2.sql",
            "tenants: t/3.sql t/4.sql",
            "single: s/5.sql ss/0.sql",
            "tenants: ts/0.sql ts/1.sql"})
    );
}

TEST(Phases, OfAnEmptyPlanAreNone) { EXPECT_TRUE(phases(Plan()).empty()); }

TEST(Summarize, CountsFilesAndExecutions) {
    const auto all = sources({"s/1.sql", "t/2.sql", "t/3.sql", "ss/0.sql", "ts/0.sql"});
    const Applied applied = AppliedBuilder(all, {"a", "b", "c"}).rows("t/2.sql", {"a"}).build();
    const Summary summary = summarize(pending(all, applied, {.reconcile = true}));
    EXPECT_EQ(summary.tenants, 3);
    EXPECT_EQ(summary.single_migrations, 1);
    EXPECT_EQ(summary.tenant_migrations, 2);
    EXPECT_EQ(summary.tenant_migrations_total, 5);
    EXPECT_EQ(summary.single_scripts, 1);
    EXPECT_EQ(summary.tenant_scripts, 1);
    EXPECT_EQ(summary.tenant_scripts_total, 3);
    EXPECT_EQ(summary.migrations_grand_total(), 6);
    EXPECT_EQ(summary.scripts_grand_total(), 4);
    EXPECT_EQ(summary.version_id, 0);
}

TEST(Summarize, WithoutTenantsFilesCountAndExecutionsDoNot) {
    const auto all = sources({"t/2.sql", "ts/0.sql"});
    const Summary summary = summarize(pending(all, AppliedBuilder(all, {}).build(), {}));
    EXPECT_EQ(summary.tenants, 0);
    EXPECT_EQ(summary.tenant_migrations, 1);
    EXPECT_EQ(summary.tenant_migrations_total, 0);
    EXPECT_EQ(summary.tenant_scripts, 1);
    EXPECT_EQ(summary.tenant_scripts_total, 0);
}

TEST(Summarize, NothingToDoIsAllZeroTenantsIncluded) {
    const auto all = sources({"t/2.sql"});
    const Applied applied = AppliedBuilder(all, {"a"}).rows("t/2.sql", {"a"}).build();
    const Plan plan = pending(all, applied, {});
    EXPECT_EQ(plan.tenants, Lines{"a"});
    EXPECT_EQ(summarize(plan).tenants, 0);
}

TEST(Summarize, ANewTenantIsOne) {
    const auto all = sources({"s/1.sql", "t/2.sql", "ts/0.sql"});
    const Summary summary = summarize(for_new_tenant(all, SchemaName::parse("new")));
    EXPECT_EQ(summary.tenants, 1);
    EXPECT_EQ(summary.single_migrations, 0);
    EXPECT_EQ(summary.tenant_migrations_total, 1);
    EXPECT_EQ(summary.tenant_scripts_total, 1);
}

}  // namespace
}  // namespace migrator::plan::test
