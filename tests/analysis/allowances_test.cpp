#include "analysis/allowances.hpp"

#include <gtest/gtest.h>

namespace migrator::analysis {
namespace {

TEST(Allowances, NameARuleAndAReason) {
    std::vector<std::string> problems;
    const auto allowed = allowances_in(
        "-- something\n  --migrator:allow set-not-null: 40 rows\r\n-- migrator:allow truncate : "
        "old",
        problems
    );
    EXPECT_EQ(allowed, (std::set<std::string>{"set-not-null", "truncate"}));
    EXPECT_TRUE(problems.empty());
}

TEST(Allowances, AreRefusedWithoutThem) {
    for (const char* comment :
         {"-- migrator:allow",
          "-- migrator:allow truncate",
          "-- migrator:allow truncate:  ",
          "-- migrator:allow everything: it is late",
          "-- migrator:allow: late"}) {
        std::vector<std::string> problems;
        EXPECT_TRUE(allowances_in(comment, problems).empty()) << comment;
        EXPECT_EQ(problems.size(), 1U) << comment;
    }
}

}  // namespace
}  // namespace migrator::analysis
