#include "core/file_set.hpp"

#include <gtest/gtest.h>

namespace migrator {
namespace {

TEST(FileSet, HoldsEachFileOnce) {
    FileSet files;
    EXPECT_EQ(files.size(), 0U);
    EXPECT_FALSE(files.contains("a"));
    files.insert("a");
    files.insert("b");
    files.insert("a");
    EXPECT_EQ(files.size(), 2U);
    EXPECT_TRUE(files.contains("a"));
    EXPECT_FALSE(files.contains("c"));
}

TEST(FileSet, SharesItsNumbersAndNothingElse) {
    const auto numbers = std::make_shared<FileNumbers>();
    FileSet one(numbers);
    FileSet two(numbers);
    one.insert("a");
    two.insert("b");
    EXPECT_FALSE(two.contains("a"));
    EXPECT_FALSE(one.contains("b"));
    EXPECT_TRUE(two.contains("b"));
    FileSet copy = two;
    copy.insert("a");
    EXPECT_FALSE(two.contains("a"));
}

}  // namespace
}  // namespace migrator
