#include "analysis/rule_names.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "analysis/mysql_rules.hpp"
#include "analysis/rules.hpp"

namespace migrator::analysis {
namespace {

TEST(RuleNames, EachIsInTheDocument) {
    std::ifstream in(std::string(MIGRATOR_SOURCE_DIR) + "/docs/analysis.md", std::ios::binary);
    const std::string page{std::istreambuf_iterator<char>(in), {}};
    const std::size_t postgresql = page.find("## Rules for PostgreSQL");
    const std::size_t mysql = page.find("## Rules for MySQL and MariaDB");
    ASSERT_NE(postgresql, std::string::npos);
    ASSERT_NE(mysql, std::string::npos);
    ASSERT_LT(postgresql, mysql);
    const std::string of_postgresql = page.substr(postgresql, mysql - postgresql);
    const std::string of_mysql = page.substr(mysql);
    for (const std::string_view rule : rule_names()) {
        EXPECT_NE(of_postgresql.find("`" + std::string(rule) + "`"), std::string::npos) << rule;
        EXPECT_TRUE(is_rule(rule)) << rule;
    }
    for (const std::string_view rule : mysql_rule_names()) {
        EXPECT_NE(of_mysql.find("`" + std::string(rule) + "`"), std::string::npos) << rule;
        EXPECT_TRUE(is_rule(rule)) << rule;
    }
    EXPECT_FALSE(is_rule("no-such-rule"));
}

}  // namespace
}  // namespace migrator::analysis
