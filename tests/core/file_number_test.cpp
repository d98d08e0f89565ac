#include "core/file_number.hpp"

#include <gtest/gtest.h>

namespace migrator {
namespace {

TEST(FileNumber, IsWhatANameBeginsWith) {
    const struct {
        const char* name;
        const char* text;
        const char* rest;
        std::size_t parts;
    } cases[] = {
        {"0012_orders.sql", "0012", "_orders.sql", 1},
        {"7.sql", "7", ".sql", 1},
        {"V1__first.sql", "V1", "__first.sql", 1},
        {"V1.2__first.sql", "V1.2", "__first.sql", 2},
        {"V1_2__first.sql", "V1_2", "__first.sql", 2},
        {"v3-x.sql", "v3", "-x.sql", 1},
        {"1.2.3_x.sql", "1.2.3", "_x.sql", 3},
        {"001_2nd_try.sql", "001", "_2nd_try.sql", 1},
        {"20261128093000_x.sql", "20261128093000", "_x.sql", 1},
        {"2026_11_28_093000_2nd.sql", "2026_11_28_093000", "_2nd.sql", 4}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const auto number = file_number(c.name);
        ASSERT_TRUE(number.has_value());
        EXPECT_EQ(number->text(), c.text);
        EXPECT_EQ(number->rest, c.rest);
        EXPECT_EQ(number->parts.size(), c.parts);
    }
    for (const char* name : {"", "init.sql", "V", "Version.sql", "_1.sql", "x1.sql"}) {
        EXPECT_FALSE(file_number(name)) << name;
    }
}

TEST(FileNumber, ComparesByNumbers) {
    const auto order = [](const char* left, const char* right) {
        const int result = compare(*file_number(left), *file_number(right));
        return result < 0 ? '<' : result > 0 ? '>' : '=';
    };
    EXPECT_EQ(order("V2", "V10"), '<');
    EXPECT_EQ(order("010", "9"), '>');
    EXPECT_EQ(order("007_a", "7_b"), '=');
    EXPECT_EQ(order("1.2", "1.10"), '<');
    EXPECT_EQ(order("1.2", "1.2.1"), '<');
    EXPECT_EQ(order("2", "1.9"), '>');
    EXPECT_EQ(order("99999999999999999999999", "100000000000000000000000"), '<');
}

}  // namespace
}  // namespace migrator
