#include "db/sqlserver/comments.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace migrator::db::sqlserver {
namespace {

TEST(Comments, AreFlattenedWhereTheyNest) {
    const struct {
        const char* name;
        std::string text;
        std::string expected;
    } cases[] = {
        {"none", "select '{a}'", "select '{a}'"},
        {"one after the other", "/* a */ select /* b */ 1", "/* a */ select /* b */ 1"},
        {"nested", "/* a /* b */ isn't */ x", "/* a  * b *  isn't */ x"},
        {"deep", "/*/*/*a*/*/*/ x", "/* * *a* * */ x"},
        {"opens with a slash", "/*/ a /* b */ */ x", "/*  a  * b *  */ x"},
        {"over lines", "/* a\n/* b\n*/\n*/ x", "/* a\n * b\n* \n*/ x"},
        {"in a string", "select '/* /* */', \"/* /*\", [/* /*]", ""},
        {"in a line comment", "-- /* /*\nselect 1 /* a */", ""},
        {"a line comment in a comment", "/* -- /* a */ ' */ x", "/* --  * a *  ' */ x"},
        {"a quote of one name", "select [a]]/*] /* b /* c */ */", "select [a]]/*] /* b  * c *  */"},
        {"an operator", "select 1 / 2 /* a /* b */ */ * 3", "select 1 / 2 /* a  * b *  */ * 3"},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        std::string copy;
        const std::string flat(with_flat_comments(c.text, copy));
        EXPECT_EQ(flat, c.expected.empty() ? c.text : c.expected);
        EXPECT_EQ(flat.size(), c.text.size());
        EXPECT_EQ(std::ranges::count(flat, '\n'), std::ranges::count(c.text, '\n'));
    }
}

}  // namespace
}  // namespace migrator::db::sqlserver
