#include "loader/disk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/log.hpp"
#include "core/sha256.hpp"
#include "support/temp_dir.hpp"

namespace migrator::loader {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using Names = std::vector<std::string>;

std::vector<Migration> load(const test::TempDir& base, Options options) {
    options.base_location = base.path();
    return DiskLoader(std::move(options)).load();
}

Names names(const std::vector<Migration>& sources) {
    Names result;
    for (const auto& s : sources) result.push_back(s.name);
    return result;
}

TEST(DiskLoader, FillsInEveryField) {
    const test::TempDir base;
    const std::string contents = "\xEF\xBB\xBFselect 1;\r\n  ";
    base.write("ref/1.sql", contents);
    const auto sources = load(base, {.directories = {{MigrationType::SingleMigration, {"ref"}}}});
    const std::string dir = base.path() / "ref";
    EXPECT_EQ(
        sources,
        (std::vector<Migration>{
            {.name = "1.sql",
             .source_dir = dir,
             .file = dir + "/1.sql",
             .type = MigrationType::SingleMigration,
             .contents = contents,
             .check_sum = sha256_hex(contents)}})
    );
}

TEST(DiskLoader, SortsByFileNameAcrossFoldersThenScripts) {
    const test::TempDir base;
    for (const char* file :
         {"b/1.sql",
          "b/3.sql",
          "a/1.sql",
          "a/4.sql",
          "t/1.sql",
          "t/2.sql",
          "ss/0.sql",
          "ts/0.sql"}) {
        base.write(file, "x");
    }
    const auto sources = load(
        base,
        {.directories =
             {{MigrationType::SingleMigration, {"b", "a"}},
              {MigrationType::TenantMigration, {"t"}},
              {MigrationType::SingleScript, {"ss"}},
              {MigrationType::TenantScript, {"ts"}}}}
    );
    Names files;
    for (const auto& s : sources) {
        files.push_back(
            std::to_string(static_cast<int>(s.type)) + " " +
            fs::path(s.file).lexically_relative(base.path()).string()
        );
    }
    EXPECT_EQ(
        files,
        (Names{
            "1 b/1.sql",
            "1 a/1.sql",
            "2 t/1.sql",
            "2 t/2.sql",
            "1 b/3.sql",
            "1 a/4.sql",
            "3 ss/0.sql",
            "4 ts/0.sql"})
    );
}

TEST(DiskLoader, LoadsWhateverIsAFileAndNothingBelow) {
    const test::TempDir base;
    for (const char* file : {"d/.hidden", "d/README", "d/1.sql~", "d/1.sql", "d/sub/2.sql"}) {
        base.write(file, "x");
    }
    base.write("d/empty", "");
    EXPECT_EQ(
        names(load(base, {.directories = {{MigrationType::SingleMigration, {"d"}}}})),
        (Names{".hidden", "1.sql", "1.sql~", "README", "empty"})
    );
}

TEST(DiskLoader, FollowsLinksAsInAMountedConfigMap) {
    const test::TempDir base;
    base.write("d/..2026_11_22/1.sql", "one");
    const fs::path dir = base.path() / "d";
    fs::create_directory_symlink("..2026_11_22", dir / "..data");
    fs::create_symlink("..data/1.sql", dir / "1.sql");
    const auto sources = load(base, {.directories = {{MigrationType::TenantMigration, {"d"}}}});
    ASSERT_EQ(names(sources), Names{"1.sql"});
    EXPECT_EQ(sources[0].contents, "one");
    EXPECT_EQ(sources[0].file, dir / "1.sql");
}

TEST(DiskLoader, AFolderThatIsALinkKeepsItsName) {
    const test::TempDir base;
    base.write("v2/1.sql", "x");
    fs::create_directory_symlink("v2", base.path() / "current");
    const auto sources =
        load(base, {.directories = {{MigrationType::SingleMigration, {"current"}}}});
    ASSERT_EQ(sources.size(), 1U);
    EXPECT_EQ(sources[0].file, base.path() / "current/1.sql");
}

TEST(DiskLoader, CleansDirectoriesAsText) {
    const test::TempDir base;
    base.write("in/m/1.sql", "x");
    base.write("out/2.sql", "x");
    const std::string root = base.path();
    const struct {
        const char* directory;
        std::string file;
    } cases[] = {
        {"m", "/in/m/1.sql"},
        {"./m//", "/in/m/1.sql"},
        {"/m", "/in/m/1.sql"},
        {"../out", "/out/2.sql"},
        {"nowhere/../m", "/in/m/1.sql"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.directory);
        Options options{
            .base_location = root + "/./in/",
            .directories = {{MigrationType::SingleMigration, {c.directory}}}};
        const auto sources = DiskLoader(options).load();
        ASSERT_EQ(sources.size(), 1U);
        EXPECT_EQ(sources[0].file, root + c.file);
        EXPECT_EQ(sources[0].source_dir + "/" + sources[0].name, sources[0].file);
    }
}

TEST(DiskLoader, ReadsTheDiskOnEveryCall) {
    const test::TempDir base;
    base.write("d/1.sql", "old");
    DiskLoader loader(
        {.base_location = base.path(), .directories = {{MigrationType::SingleMigration, {"d"}}}}
    );
    EXPECT_EQ(loader.load().size(), 1U);
    base.write("d/1.sql", "new");
    base.write("d/2.sql", "two");
    const auto sources = loader.load();
    ASSERT_EQ(sources.size(), 2U);
    EXPECT_EQ(sources[0].contents, "new");
}

TEST(DiskLoader, NoFilesAndNoDirectoriesAreNoError) {
    const test::TempDir base;
    fs::create_directory(base.path() / "d");
    EXPECT_TRUE(load(base, {.directories = {{MigrationType::SingleMigration, {"d"}}}}).empty());
    EXPECT_TRUE(load(base, {}).empty());
}

TEST(DiskLoader, ReadsBigFilesAndOddNames) {
    const test::TempDir base;
    const std::string big(3'000'001, 'x');
    base.write("d/with space;'\".sql", big);
    base.write("d/\xE9.sql", "latin");
    const auto sources = load(base, {.directories = {{MigrationType::SingleMigration, {"d"}}}});
    ASSERT_EQ(names(sources), (Names{"with space;'\".sql", "\xE9.sql"}));
    EXPECT_EQ(sources[0].contents, big);
}

TEST(DiskLoader, ReadsFilesWhoseSizeTheSystemDoesNotSay) {
    const std::string proc = "/proc/sys/kernel";
    if (!fs::exists(proc + "/random/uuid")) GTEST_SKIP() << "no /proc here";
    Options options{
        .base_location = proc, .directories = {{MigrationType::SingleMigration, {"random"}}}};
    const auto sources = DiskLoader(options).load();
    const auto uuid = std::ranges::find(sources, "uuid", &Migration::name);
    ASSERT_NE(uuid, sources.end());
    EXPECT_EQ(uuid->contents.size(), 37U) << uuid->contents;
}

TEST(DiskLoader, ManyFilesKeepTheirOwnContents) {
    const test::TempDir base;
    for (int i = 0; i < 600; ++i) {
        base.write("d/" + std::to_string(10000 + i), "contents " + std::to_string(10000 + i));
    }
    const auto sources = load(base, {.directories = {{MigrationType::TenantMigration, {"d"}}}});
    ASSERT_EQ(sources.size(), 600U);
    for (int i = 0; i < 600; ++i) {
        const Migration& source = sources[static_cast<std::size_t>(i)];
        ASSERT_EQ(source.name, std::to_string(10000 + i));
        ASSERT_EQ(source.contents, "contents " + source.name);
        ASSERT_EQ(source.check_sum, sha256_hex(source.contents));
    }
}

TEST(DiskLoader, WarnsOnceOfADirectoryThatIsConfiguredTwice) {
    const test::TempDir base;
    base.write("d/1.sql", "x");
    base.write("e/1.sql", "x");
    Names lines;
    log::redirect([&](std::string_view line) { lines.emplace_back(line); });
    const Options options{
        .directories = {
            {MigrationType::SingleMigration, {"d", "./d", "e"}},
            {MigrationType::TenantMigration, {"d"}}}};
    const auto sources = load(base, options);
    load(base, options);
    log::redirect(nullptr);
    Names kinds;
    for (const auto& s : sources) {
        kinds.push_back(
            std::to_string(static_cast<int>(s.type)) + s.file.substr(s.file.size() - 7)
        );
    }
    EXPECT_EQ(kinds, (Names{"1d/1.sql"s, "1d/1.sql", "1e/1.sql", "2d/1.sql"}));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_TRUE(lines[0].ends_with(
        "WARN Directory " + (base.path() / "d").string() +
        " is configured more than once; its files are loaded each time"
    )) << lines[0];
}

}  // namespace
}  // namespace migrator::loader
