#include "drift/difference.hpp"

#include <gtest/gtest.h>

namespace migrator::drift {
namespace {

using db::CatalogObject;
using Objects = std::vector<CatalogObject>;

const db::TenantSchema kNorth{"north", "north"};
const db::TenantSchema kSouth{"south", "south"};

std::vector<std::string> told(const Objects& expected, const Objects& found) {
    std::vector<std::string> texts;
    for (const Difference& each : differences({kNorth, expected}, {kSouth, found})) {
        texts.push_back(for_people(each));
    }
    return texts;
}

TEST(Difference, NamesWhatIsMissingAdditionalAndChanged) {
    const Objects expected = {
        {"column", "orders.id", "bigint"},
        {"index", "orders.by_day", "btree (day)"},
        {"view", "v", "x"}};
    const Objects found = {
        {"column", "orders.id", "integer"}, {"column", "orders.note", "text"}, {"view", "v", "x"}};
    EXPECT_EQ(
        told(expected, found),
        (std::vector<std::string>{
            "column orders.id has changed: integer instead of bigint",
            "column orders.note is additional",
            "index orders.by_day is missing"})
    );
}

TEST(Difference, PairsObjectsWhoseNamesHoldThoseOfTheirSchemas) {
    EXPECT_TRUE(told(
                    {{"index", "orders.idx_north_day", "x"}},
                    {{"index", "orders.idx_south_day", "x"}}
    ).empty());
    EXPECT_TRUE(told({{"column", "t.south", "x"}}, {{"column", "t.south", "x"}}).empty());
    EXPECT_EQ(told({{"column", "t.south", "x"}}, {}).size(), 1U);
}

TEST(Difference, CountsEqualNames) {
    const CatalogObject check{"constraint", "orders: CHECK (a)", ""};
    const CatalogObject unchecked{"constraint", "orders: CHECK (a)", "not validated"};
    EXPECT_TRUE(told({check, unchecked}, {unchecked, check}).empty());
    EXPECT_EQ(told({check, check}, {check}).size(), 1U);
    EXPECT_EQ(
        told({check, check}, {check, unchecked}),
        std::vector<std::string>{
            "constraint orders: CHECK (a) has changed: not validated instead of nothing"}
    );
}

TEST(Difference, ShowsTheLinesOfWhatChanged) {
    const Difference difference{
        Deviation::Changed, "function", "f()", "begin\n  one\nend", "begin\n  two\nend"};
    EXPECT_EQ(
        as_text(difference),
        (std::vector<std::string>{"function f() has changed", " begin", "-  one", "+  two", " end"})
    );
}

}  // namespace
}  // namespace migrator::drift
