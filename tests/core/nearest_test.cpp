#include "core/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace migrator {
namespace {

TEST(Nearest, CountsInsertionsDeletionsAndReplacements) {
    const struct {
        std::string_view a;
        std::string_view b;
        std::size_t distance;
    } cases[] = {
        {"", "", 0},
        {"", "abc", 3},
        {"port", "port", 0},
        {"PORT", "port", 0},
        {"prot", "port", 2},
        {"kitten", "sitting", 3},
        {"tenantMigration", "tenantMigrations", 1}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.a);
        EXPECT_EQ(edit_distance(c.a, c.b), c.distance);
        EXPECT_EQ(edit_distance(c.b, c.a), c.distance);
    }
}

TEST(Nearest, IsTheNameThatWasMeantOrNone) {
    const std::vector<std::string> names{"apply", "status", "sync", "--dry-run", "port"};
    const struct {
        std::string_view word;
        std::string_view nearest;
    } cases[] = {
        {"aply", "apply"},
        {"STATUS", "status"},
        {"--dryrun", "--dry-run"},
        {"prot", "port"},
        {"frobnicate", ""},
        {"x", ""},
        {"", ""}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.word);
        EXPECT_EQ(nearest(c.word, names), c.nearest);
    }
    EXPECT_EQ(nearest(std::string(100'000, 'a'), names), "");
    EXPECT_EQ(nearest("abc", std::vector<std::string>{}), "");
}

TEST(Nearest, IsTheFirstOfThoseThatAreAsNear) {
    EXPECT_EQ(nearest("cat", std::vector<std::string>{"cut", "car", "cat's"}), "cut");
    EXPECT_EQ(nearest("cat", std::vector<std::string>{"cut", "car", "CAT"}), "CAT");
}

}  // namespace
}  // namespace migrator
