// How a plan is cut into units of work.
#include "db/sql/apply/units.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "apply/workplace.hpp"

namespace migrator::db::sql::apply {
namespace {

/// "1.sql a b, 2.sql a | outside 3.sql a": files and schemas of each unit.
std::string described(const std::vector<Unit>& units) {
    std::string text;
    for (const Unit& unit : units) {
        if (!text.empty()) text += " | ";
        if (!unit.in_transaction) text += "outside ";
        for (std::size_t i = 0; i < unit.files.size(); ++i) {
            text += (i > 0 ? ", " : "") + unit.files[i].migration->file;
            for (const std::string& schema : *unit.files[i].schemas) text += " " + schema;
        }
    }
    return text;
}

class UnitsTest : public testing::Test {
protected:
    UnitsTest() {
        work_.plan.tenants = {"a", "b", "c"};
        work_.plan_file("s/1", "", {"s"});
        work_.plan_file("t/2", "");
        work_.plan_file("t/3", "");
        work_.plan_file("s/4", "", {"s"});
        work_.plan_file("t/5", "", {"b"});
    }
    std::string cut() { return described(make_units(work_.plan, rules_)); }

    Workplace work_;
    UnitRules rules_;
};

TEST_F(UnitsTest, AVersionIsOneUnit) {
    EXPECT_EQ(cut(), "s/1 s, t/2 a b c, t/3 a b c, s/4 s, t/5 b");
}

TEST_F(UnitsTest, AVersionIsCutAtFilesOutsideATransaction) {
    rules_.outside_transaction = {false, false, true, false, false};
    EXPECT_EQ(cut(), "s/1 s, t/2 a b c | outside t/3 a b c | s/4 s, t/5 b");
}

TEST_F(UnitsTest, TenantModeHasAUnitForEachPhase) {
    rules_.atomicity = Atomicity::Tenant;
    EXPECT_EQ(cut(), "s/1 s | t/2 a b c, t/3 a b c | s/4 s | t/5 b");
}

TEST_F(UnitsTest, FileModeHasAUnitForEachFileAndSchema) {
    rules_.atomicity = Atomicity::File;
    rules_.outside_transaction = {false, false, false, true, false};
    EXPECT_EQ(
        cut(), "s/1 s | t/2 a | t/2 b | t/2 c | t/3 a | t/3 b | t/3 c | outside s/4 s | t/5 b"
    );
    rules_.dry_run = true;
    EXPECT_EQ(cut(), "s/1 s, t/2 a b c, t/3 a b c, t/5 b");
}

TEST_F(UnitsTest, TenantModeHasUnitsForAsManySchemasAsATransactionTakes) {
    rules_.atomicity = Atomicity::Tenant;
    rules_.max_schemas = 3;  // one of them is the single schema's
    EXPECT_EQ(cut(), "s/1 s | t/2 a b, t/3 a b | t/2 c, t/3 c | s/4 s | t/5 b");
    rules_.max_schemas = 1;
    EXPECT_EQ(cut(), "s/1 s | t/2 a, t/3 a | t/2 b, t/3 b | t/2 c, t/3 c | s/4 s | t/5 b");
}

TEST_F(UnitsTest, TenantModeCutsAtFilesOutsideATransactionToo) {
    rules_.atomicity = Atomicity::Tenant;
    rules_.outside_transaction = {false, true, false, true, false};
    EXPECT_EQ(cut(), "s/1 s | outside t/2 a b c | t/3 a b c | outside s/4 s | t/5 b");
}

TEST_F(UnitsTest, ADryRunSeesEverythingAndLeavesOutWhatItCantTry) {
    rules_.atomicity = Atomicity::Tenant;
    rules_.dry_run = true;
    rules_.outside_transaction = {false, false, true, false, false};
    EXPECT_EQ(cut(), "s/1 s, t/2 a b c, s/4 s, t/5 b");
    rules_.max_schemas = 2;
    EXPECT_EQ(cut(), "s/1 s, t/2 a, s/4 s | s/1 s, t/2 b, s/4 s, t/5 b | s/1 s, t/2 c, s/4 s");
}

TEST_F(UnitsTest, WhatIsOnlyRecordedIsOneUnit) {
    rules_.atomicity = Atomicity::Tenant;
    rules_.records_only = true;
    rules_.outside_transaction = {false, true, true, false, false};
    EXPECT_EQ(cut(), "s/1 s, t/2 a b c, t/3 a b c, s/4 s, t/5 b");
}

TEST_F(UnitsTest, NothingToDoIsNoUnit) {
    work_.plan.files.clear();
    EXPECT_EQ(cut(), "");
    work_.plan_file("t/1", "", {});
    EXPECT_EQ(cut(), "");
}

TEST_F(UnitsTest, NameTheLastUnitOfEachTenant) {
    rules_.atomicity = Atomicity::Tenant;
    rules_.max_schemas = 2;
    Texts finished;
    for (Unit& unit : make_units(work_.plan, rules_)) {
        std::ranges::sort(unit.finished);
        finished.push_back(fmt::format("{}", fmt::join(unit.finished, "+")));
    }
    // The single schema, a, b, c, the single schema, b.
    EXPECT_EQ(finished, (Texts{"", "a", "", "c", "", "b"}));
}

TEST_F(UnitsTest, KnowTheSchemasTheyWorkIn) {
    rules_.atomicity = Atomicity::Tenant;
    rules_.single_schemas = {"configured"};
    const auto units = make_units(work_.plan, rules_);
    EXPECT_EQ(units[0].schemas, (Texts{"configured", "s"}));
    EXPECT_EQ(units[1].schemas, (Texts{"configured", "s", "a", "b", "c"}));
    EXPECT_EQ(units[3].schemas, (Texts{"configured", "s", "b"}));
}

}  // namespace
}  // namespace migrator::db::sql::apply
