#include "db/mysql/literal.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator::db::mysql {
namespace {

TEST(MysqlLiteral, ReadsTheSameUnderEverySetting) {
    const struct {
        const char* text;
        const char* literal;
    } cases[] = {
        {"", "''"},
        {"a b_c-1.5/x:y,@z+={}[]()*;#", "'a b_c-1.5/x:y,@z+={}[]()*;#'"},
        {"it's", "_utf8mb4 x'69742773'"},
        {"\\", "_utf8mb4 x'5C'"},
        {"\"", "_utf8mb4 x'22'"},
        {"%", "_utf8mb4 x'25'"},
        {"é", "_utf8mb4 x'C3A9'"},
        {"\n", "_utf8mb4 x'0A'"},
    };
    for (const auto& c : cases) EXPECT_EQ(literal(c.text), c.literal);
    EXPECT_EQ(literal(std::string(1, '\0')), "_utf8mb4 x'00'");
    EXPECT_EQ(literals(std::vector<std::string>{"a", "b'"}), "'a', _utf8mb4 x'6227'");
    EXPECT_EQ(literals(std::vector<std::string>{}), "");
}

TEST(MysqlLiteral, IsShortInQuotes) {
    EXPECT_EQ(quoted_literal(""), "''");
    EXPECT_EQ(quoted_literal("it's \\ \"é\"\n"), "'it''s \\\\ \"é\"\n'");
    EXPECT_EQ(quoted_literal(std::string("a\0b", 3)), "'a\\0b'");
}

TEST(MysqlBind, PutsValuesInTheirPlaces) {
    const std::vector<sql::Value> values = {"a", std::nullopt, "it's ?1"};
    const struct {
        const char* sql;
        const char* bound;
    } cases[] = {
        {"select ?1, ?2", "select 'a', null"},
        {"select ?2, ?1, ?2", "select null, 'a', null"},
        {"select ?, ?", "select 'a', null"},
        {"select ?3", "select _utf8mb4 x'69742773203F31'"},
        {"select '?1', \"?\", `?`, 'it''s ?', '\\'?' /* ? */ -- ?\n, # ?\n ?1",
         "select '?1', \"?\", `?`, 'it''s ?', '\\'?' /* ? */ -- ?\n, # ?\n 'a'"},
        {"values (?1,?1)", "values ('a','a')"},
        {"?1", "'a'"},
    };
    for (const auto& c : cases) EXPECT_EQ(mysql::bind(c.sql, values, false), c.bound);
    EXPECT_EQ(mysql::bind("select '?' ?", {}, false), "select '?' ?") << "nothing to bind";
    EXPECT_EQ(mysql::bind("select ?3", values, true), "select 'it''s ?1'");
}

TEST(MysqlBind, RefusesPlaceholdersWithoutAValue) {
    const std::vector<sql::Value> one = {"a"};
    for (const char* sql : {"?2", "?, ?", "?0"}) {
        EXPECT_THROW(mysql::bind(sql, one, false), Error) << sql;
    }
}

}  // namespace
}  // namespace migrator::db::mysql
