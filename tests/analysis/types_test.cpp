#include "analysis/types.hpp"

#include <gtest/gtest.h>

namespace migrator::analysis {
namespace {

TEST(Types, OnlyWiderOnesOfTheSameKindNeedNoRewrite) {
    const struct {
        const char* from;
        const char* to;
        bool rewrites;
    } cases[] = {
        {"character varying(20)", "varchar(40)", false},
        {"character varying(20)", "varchar(10)", true},
        {"character varying(20)", "text", false},
        {"character varying", "varchar(10)", true},
        {"text", "varchar", false},
        {"text", "varchar(10)", true},
        {"character(3)", "text", true},
        {"integer", "int4", false},
        {"integer", "int8", true},
        {"numeric(10,2)", "numeric(12,2)", false},
        {"numeric(10,2)", "numeric(12,3)", true},
        {"numeric(10,2)", "numeric", false},
        {"numeric(10)", "numeric(12)", false},
        {"timestamp(3) without time zone", "timestamp(6)", false},
        {"timestamp without time zone", "timestamptz", true},
        {"timestamp with time zone", "timestamptz", false},
        {"cidr", "inet", false},
        {"inet", "cidr", true},
        {"integer[]", "int4[]", true},  // not known: told rather than not
        {"bit varying(4)", "varbit(8)", false},
        {"own.type", "text", true},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(needs_rewrite(c.from, c.to), c.rewrites) << c.from << " to " << c.to;
    }
}

}  // namespace
}  // namespace migrator::analysis
