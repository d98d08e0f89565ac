#include "identity/places.hpp"

#include <gtest/gtest.h>

namespace migrator::identity {
namespace {

TEST(PlaceOf, IsWhatTheNamesOfFilesBeginWith) {
    const struct {
        const char* base;
        const char* directory;
        const char* place;
    } cases[] = {
        {"/m", "catalog", "/m/catalog"},
        {"/m", "./catalog//x/", "/m/catalog/x"},
        {"/m", ".", "/m"},
        {"/m", "../shared/ref", "/shared/ref"},
        {"test/m", "catalog", "test/m/catalog"},
        {"s3://bucket", "catalog", "s3://bucket/catalog"},
        {"s3://bucket/app", "catalog/", "s3://bucket/app/app/catalog"},
        {"s3://bucket/app/", "catalog", "s3://bucket/app//app/catalog"},
        {"s3://bucket/a/b", "", "s3://bucket/a/b/a/b"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.place);
        EXPECT_EQ(place_of(c.base, c.directory), c.place);
    }
}

TEST(BaseOf, TakesTheLongestDirectory) {
    const Source source{"/m", {"catalog", "a/catalog", "s3"}};
    const struct {
        const char* recorded;
        const char* base;
    } cases[] = {
        {"/old/catalog/1.sql", "/old"},
        {"/old/a/catalog/1.sql", "/old"},
        {"/old/b/catalog/1.sql", "/old/b"},
        {"/catalog/1.sql", "/"},
        {"test/m/catalog/1.sql", "test/m"},
        {"s3://bucket/catalog/1.sql", "s3://bucket"},
        {"s3://bucket/app/app/catalog/1.sql", "s3://bucket/app"},
        {"s3://bucket/app//app/catalog/1.sql", "s3://bucket/app"},
        {"s3://bucket/catalog/sub/1.sql", "s3://bucket"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.recorded);
        EXPECT_EQ(base_of(source, c.recorded), c.base);
    }
    for (const char* recorded :
         {"/old/catalogue/1.sql",
          "/old/xcatalog/1.sql",
          "/old/catalog/sub/1.sql",
          "1.sql",
          "s3://bucket/app/other/catalog/1.sql"}) {
        EXPECT_EQ(base_of(source, recorded), std::nullopt) << recorded;
    }
}

TEST(BaseOf, TheBaseItselfMayBeADirectory) {
    const Source source{"/m", {".", "catalog"}};
    EXPECT_EQ(base_of(source, "/old/1.sql"), "/old");
    EXPECT_EQ(base_of(source, "/old/catalog/1.sql"), "/old");
}

/// Each directory, at each base, has names that lead back to it.
TEST(BaseOf, FindsBackFromEachPlace) {
    for (const std::string base : {"/m", "/m/n", "s3://b", "s3://b/p", "s3://b/p/q"}) {
        const Source source{base, {"catalog", "a/b", "a"}};
        for (const std::string& directory : source.directories) {
            EXPECT_EQ(base_of(source, place_of(base, directory) + "/1.sql"), base) << directory;
        }
    }
}

}  // namespace
}  // namespace migrator::identity
