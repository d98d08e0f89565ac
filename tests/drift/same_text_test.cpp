#include "drift/same_text.hpp"

#include <gtest/gtest.h>

namespace migrator::drift {
namespace {

db::TenantSchema named(const char* name) { return {name, name}; }

TEST(SameText, TakesTheNameOfTheSchemaForAWordOnlyWhereBothHaveTheirOwn) {
    const struct {
        const char* name;
        const char* left_schema;
        const char* left;
        const char* right_schema;
        const char* right;
        bool same;
    } cases[] = {
        {"own names", "a1", "select a1.f(x)", "b2", "select b2.f(x)", true},
        {"alias like a schema",
         "p",
         "select o.id from p.orders o",
         "o",
         "select o.id from o.orders o",
         true},
        {"text like a schema", "a1", "'a1' from a1.x", "b1", "'a1' from b1.x", true},
        {"text of each", "a1", "'a1'", "b1", "'b1'", true},
        {"another's schema", "a1", "a1.x", "b1", "c1.x", false},
        {"another word", "a1", "a1.x where y", "b1", "b1.x where z", false},
        {"longer", "a1", "a1.x", "b1", "b1.xy", false},
        {"name in a name", "a1", "idx_a1_total", "b1", "idx_b1_total", true},
        {"part of a word", "a", "cat", "b", "cbt", false},
        {"quoted and not", "a-1", "\"a-1\".x", "b1", "b1.x", true},
        {"backticks", "a1", "`a1`.`x`", "b-1", "`b-1`.`x`", true},
        {"names within names", "o-p", "o-p.x, o", "o", "o.x, o", true},
        {"other letter case", "t1", "T1.x", "t2", "t2.x", true},
        {"empty", "a", "", "b", "", true},
        {"only a name", "a", "a", "b", "", false}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(same_text(c.left, named(c.left_schema), c.right, named(c.right_schema)), c.same);
        EXPECT_EQ(same_text(c.right, named(c.right_schema), c.left, named(c.left_schema)), c.same);
    }
}

TEST(SameText, EndsSoonWhereEveryWordIsAName) {
    std::string left;
    std::string right;
    for (int i = 0; i < 20'000; ++i) {
        left += "a ";
        right += i % 2 == 0 ? "a " : "b ";
    }
    EXPECT_TRUE(same_text(left, named("a"), left, named("b")));
    EXPECT_FALSE(same_text(left, named("a"), right + "c", named("b")));
}

TEST(SameText, MakesTextsNeutral) {
    EXPECT_EQ(
        neutral("select a1.f('a1'), a12, idx_a1_x", named("a1")),
        "select {schema}.f('{schema}'), a12, idx_{schema}_x"
    );
}

}  // namespace
}  // namespace migrator::drift
