#include "db/sqlserver/parameters.hpp"

#include <gtest/gtest.h>

namespace migrator::db::sqlserver {
namespace {

TEST(Parameters, StandWhereTheirNamesStood) {
    const struct {
        const char* sql;
        const char* text;
        std::vector<std::size_t> order;
    } cases[] = {
        {"", "", {}},
        {"select 1", "select 1", {}},
        {"a = @p1 and b = @P2", "a = ? and b = ?", {0, 1}},
        {"@p2,@p1,@p2", "?,?,?", {1, 0, 1}},
        {"@p12 @p1", "? ?", {11, 0}},
        {"'@p1' \"@p1\" [@p1] -- @p1\n/* @p1 */ @p1",
         "'@p1' \"@p1\" [@p1] -- @p1\n/* @p1 */ ?",
         {0}},
        {"[a]]@p1] @p1", "[a]]@p1] ?", {0}},
        {"@@p1 @p @p0 @pa @p1a @price x@p1", "@@p1 @p @p0 @pa @p1a @price x@p1", {}},
        {"declare @got int; select @got, @p1", "declare @got int; select @got, ?", {0}},
        {"insert t values (?, '?', ?)", "insert t values (?, '?', ?)", {0, 1}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.sql);
        const BoundText bound = bind_names(c.sql);
        EXPECT_EQ(bound.text, c.text);
        EXPECT_EQ(bound.order, c.order);
    }
}

}  // namespace
}  // namespace migrator::db::sqlserver
