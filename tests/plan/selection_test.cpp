#include "plan/selection.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "plan/plan.hpp"
#include "plan/plan_support.hpp"

namespace migrator::plan::test {
namespace {

using Names = std::vector<std::string>;

TEST(Chosen, MeansTenantsByNameAndPatternInTheirOwnOrder) {
    const Names tenants = {"acme", "eu-1", "eu-2", "us-1"};
    const struct {
        const char* name;
        Names names;
        Names expected;
    } cases[] = {
        {"nothing is everybody", {}, tenants},
        {"names", {"us-1", "acme"}, {"acme", "us-1"}},
        {"prefix", {"eu-*"}, {"eu-1", "eu-2"}},
        {"suffix", {"*-1"}, {"eu-1", "us-1"}},
        {"middle", {"*u*2"}, {"eu-2"}},
        {"twice", {"acme", "a*"}, {"acme"}},
        {"star alone", {"*"}, tenants}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(chosen(tenants, c.names), c.expected);
    }
    for (const char* name : {"nobody", "x*", "acm", "eu"}) {
        SCOPED_TRACE(name);
        EXPECT_THROW(chosen(tenants, {name}), Error);
    }
}

TEST(Chosen, NamesTheFirstThatMeansNobody) {
    const struct {
        const char* name;
        Names names;
        const char* message;
    } cases[] = {
        {"a name", {"a*", "bob", "x*"}, "tenant bob does not exist"},
        {"a pattern", {"acme", "y*", "bob"}, "no tenant matches y*"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        try {
            chosen({"acme"}, c.names);
            ADD_FAILURE() << "nothing was thrown";
        } catch (const Error& error) {
            EXPECT_STREQ(error.what(), c.message);
            EXPECT_EQ(error.kind(), ErrorKind::NotFound);
        }
    }
}

TEST(CheckNames, RefusesWhatWouldTakeLongToCompare) {
    check_names(Names(100, std::string(1'000, '*')));
    check_names(Names(20'000, "acme"));
    const struct {
        Names names;
        const char* message;
    } cases[] = {
        {{"acme", std::string(1'001, 'a')},
         "a tenant name or pattern has 1001 bytes, the limit is 1000"},
        {Names(101, "a*"), "there are 101 tenant patterns, the limit is 100"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.message);
        try {
            check_names(c.names);
            ADD_FAILURE() << "nothing was thrown";
        } catch (const Error& error) {
            EXPECT_STREQ(error.what(), c.message);
            EXPECT_EQ(error.kind(), ErrorKind::InvalidRequest);
        }
    }
}

class Narrow : public ::testing::Test {
protected:
    Narrowed narrow_by(const Selection& selection) {
        all_ = pending(files_, applied_, {.rule = PendingRule::PerTenant});
        return narrow(all_, files_, applied_, selection);
    }
    std::vector<Migration> files_ =
        sources({"s/1.sql", "t/2.sql", "t/3.sql", "s/4.sql", "ts/x.sql"});
    Applied applied_ = AppliedBuilder(files_, {"a", "b", "c", "d"}).build();
    Plan all_;
};

TEST_F(Narrow, KeepsSingleFilesAndOwesTheOthers) {
    const auto narrowed = narrow_by({.names = {"b", "c"}});
    EXPECT_EQ(
        lines(narrowed.plan),
        (Lines{"s/1.sql: s", "t/2.sql: b c", "t/3.sql: b c", "s/4.sql: s", "ts/x.sql: b c"})
    );
    EXPECT_EQ(narrowed.plan.tenants, (Names{"b", "c"}));
    EXPECT_EQ(narrowed.owed, (std::vector<OwedTenant>{{"a", "/m/t/2.sql"}, {"d", "/m/t/2.sql"}}));
    EXPECT_TRUE(narrowed.waves.empty());
}

TEST_F(Narrow, OwesNobodyWhoseStateSaysSoAlready) {
    applied_ = AppliedBuilder(files_, {"a", "b", "c", "d"})
                   .state("a", "t/2.sql")
                   .state("d", "t/3.sql")
                   .build();
    EXPECT_EQ(
        narrow_by({.names = {"b", "c"}}).owed, (std::vector<OwedTenant>{{"d", "/m/t/2.sql"}})
    );
}

TEST_F(Narrow, OwesNoScripts) {
    applied_ = AppliedBuilder(files_, {"a", "b"})
                   .rows("t/2.sql", {"a", "b"})
                   .rows("t/3.sql", {"a", "b"})
                   .build();
    const auto narrowed = narrow_by({.names = {"b"}});
    EXPECT_EQ(lines(narrowed.plan), (Lines{"s/1.sql: s", "s/4.sql: s", "ts/x.sql: b"}));
    EXPECT_TRUE(narrowed.owed.empty());
}

TEST_F(Narrow, CutsWavesOfThoseThatHaveSomethingToDo) {
    const struct {
        const char* name;
        Selection selection;
        std::vector<std::size_t> waves;
        std::size_t tenants;
    } cases[] = {
        {"canary alone", {.canary = Share{1}}, {}, 1},
        {"canary of a percentage", {.canary = Share{30, true}}, {}, 2},
        {"canary of more than there are", {.canary = Share{9}}, {}, 4},
        {"canary and all", {.canary = Share{1}, .waves = {{100, true}}}, {1, 4}, 4},
        {"percentages", {.waves = {{10, true}, {50, true}, {100, true}}}, {1, 2, 4}, 4},
        {"numbers", {.waves = {{3, false}, {9, false}}}, {3, 4}, 4},
        {"a wave that adds nobody",
         {.canary = Share{2}, .waves = {{50, true}, {75, true}}},
         {2, 3},
         3},
        {"among the chosen", {.names = {"b", "c", "d"}, .canary = Share{1}}, {}, 1}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const auto narrowed = narrow_by(c.selection);
        EXPECT_EQ(narrowed.waves, c.waves);
        EXPECT_EQ(narrowed.plan.tenants.size(), c.tenants);
        EXPECT_EQ(narrowed.owed.size(), 4 - c.tenants);
    }
}

}  // namespace
}  // namespace migrator::plan::test
