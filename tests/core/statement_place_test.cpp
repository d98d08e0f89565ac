#include "core/statement_place.hpp"

#include <gtest/gtest.h>

namespace migrator {
namespace {

TEST(StatementPlaceTest, IsTakenAwayAsItWasAdded) {
    for (const StatementPlace place : {StatementPlace{3, 14}, StatementPlace{1, 0}}) {
        std::string message = with_place("ERROR: no table\nHINT: none", place);
        EXPECT_EQ(take_place(message), place);
        EXPECT_EQ(message, "ERROR: no table\nHINT: none");
    }
}

TEST(StatementPlaceTest, IsNotAddedWhenItIsUnknown) {
    EXPECT_EQ(with_place("ERROR: no table", {}), "ERROR: no table");
}

TEST(StatementPlaceTest, IsNotMadeUp) {
    for (const std::string text :
         {"ERROR",
          "x\nLOCATION: statement ",
          "x\nLOCATION: statement 0",
          "x\nLOCATION: statement 3 of 4",
          "x\nLOCATION: statement 3, line many"}) {
        std::string message = text;
        EXPECT_EQ(take_place(message), std::nullopt);
        EXPECT_EQ(message, text);
    }
}

}  // namespace
}  // namespace migrator
