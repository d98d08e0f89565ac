#include "core/path.hpp"

#include <gtest/gtest.h>

namespace migrator {
namespace {

TEST(Cleaned, ResolvesDotsAndSlashesAsText) {
    const struct {
        const char* path;
        const char* cleaned;
    } cases[] = {
        {"/a/b", "/a/b"},
        {"/a/b/", "/a/b"},
        {"//a///b", "/a/b"},
        {"/a/./b/.", "/a/b"},
        {"/a/../b", "/b"},
        {"/a/b/../../../c", "/c"},
        {"/..", "/"},
        {"/", "/"},
        {"/a/..b/...", "/a/..b/..."},
        {"/a/.hidden", "/a/.hidden"},
        {"/with space/\xC3\xA9", "/with space/\xC3\xA9"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.path);
        EXPECT_EQ(cleaned(c.path), c.cleaned);
    }
}

TEST(Joined, HasOneSlashBetween) {
    EXPECT_EQ(joined("/a", "b"), "/a/b");
    EXPECT_EQ(joined("/", "b"), "/b");
}

TEST(DirectoryAndName, AreCutAtTheLastSlash) {
    EXPECT_EQ(directory_of("/a/b/1.sql"), "/a/b");
    EXPECT_EQ(file_name_of("/a/b/1.sql"), "1.sql");
    EXPECT_EQ(directory_of("1.sql"), "");
    EXPECT_EQ(file_name_of("1.sql"), "1.sql");
}

TEST(IsWithin, ComparesWholeElements) {
    EXPECT_TRUE(is_within("/a/b", "/a"));
    EXPECT_TRUE(is_within("/a", "/a"));
    EXPECT_TRUE(is_within("/a", "/"));
    EXPECT_FALSE(is_within("/ab", "/a"));
    EXPECT_FALSE(is_within("/a", "/a/b"));
}

}  // namespace
}  // namespace migrator
