#include "script/first_words.hpp"

#include <gtest/gtest.h>

namespace migrator::script {
namespace {

TEST(FirstWords, AreAStatementOnOneLineWithoutLiterals) {
    const struct {
        const char* name;
        std::string sql;
        std::string words;
    } cases[] = {
        {"plain", "alter table t2.c add n int", "alter table t2.c add n int"},
        {"blanks", " select\n\t a,\r\n b", "select a, b"},
        {"string", "update a set pin = 'secret' where b", "update a set pin = ? where b"},
        {"quotes in it", "select 'it''s a '' secret', b", "select ?, b"},
        {"double quotes", "set password = \"secret\"", "set password = ?"},
        {"number", "select 4711, t1.c2, 0xCAFE, 1.5e3 from k", "select ?, t1.c2, ?, ? from k"},
        {"names in other quotes", "select `a b`, [c d] from x", "select `a b`, [c d] from x"},
        {"cut in a string", "select a, 'secr", "select a, ?"},
        {"dollars", "do $$ secret $$; x", "do…"},
        {"dollars in a name", "select a$b from c", "select a$b from c"},
        {"backslash", R"(select 'a\'secret' , 'x')", "select ?…"},
        {"other backslash", R"(select 'a\', 'secret')", "select ?…"},
        {"line comment", "select a -- secret\n, b", "select a , b"},
        {"hash comment", "select a # secret\n, b", "select a , b"},
        {"comment", "/* secret */ select a/* ' */, b", "select a , b"},
        {"nested comment", "select a /* x /* y */ secret */ b", "select a b"},
        {"open comment", "select a /* secret", "select a"},
        {"prefixes", "select E'secret', x'41', N'secret'", "select E?, x?, N?"},
        {"control characters", "select \x1b[1m a", "select [? a"},
        {"empty", "", ""},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        EXPECT_EQ(first_words(c.sql), c.words);
    }
}

TEST(FirstWords, AreCutBetweenCharacters) {
    EXPECT_EQ(first_words("select abc", 8), "select a…");
    EXPECT_EQ(first_words("select äöü", 8), "select ä…");
    EXPECT_EQ(first_words("select abc", 10), "select abc");
    EXPECT_EQ(first_words("select abc ; -- so it ends\n"), "select abc");
    EXPECT_EQ(first_words("a\xff z", 3), "a\xEF\xBF\xBD …");
    EXPECT_EQ(first_words(std::string(100'000, '\''), 5), "?…");
    EXPECT_EQ(first_words("x" + std::string(1'000'000, ' ') + "y", 5), "x…");
}

}  // namespace
}  // namespace migrator::script
