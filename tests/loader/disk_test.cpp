#include "loader/disk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/sha256.hpp"
#include "support/temp_dir.hpp"
#include "support/unprivileged.hpp"

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

/// "FILE PATTERN" of what was not loaded, sorted.
Names ignored(const DiskLoader& loader) {
    Names result;
    for (const auto& file : loader.report().ignored) {
        result.push_back(file.file + " " + file.pattern);
    }
    std::ranges::sort(result);
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

TEST(DiskLoader, LoadsWhateverIsAFileButForNamesThatAreNoMigrations) {
    const test::TempDir base;
    for (const char* file :
         {"d/.hidden", "d/README", "d/1.sql~", "d/1.sql", "d/2", "d/sub/2.sql"}) {
        base.write(file, "x");
    }
    base.write("d/empty", "");
    base.write("d/.DS_Store", "Bud1\0\0"s);
    fs::create_symlink("me@host.7", base.path() / "d/.#1.sql");  // as Emacs locks a file
    DiskLoader loader(
        {.base_location = base.path(), .directories = {{MigrationType::SingleMigration, {"d"}}}}
    );
    EXPECT_EQ(names(loader.load()), (Names{"1.sql", "2", "empty"}));
    const std::string dir = base.path() / "d/";
    EXPECT_EQ(
        ignored(loader),
        (Names{
            dir + ".#1.sql .*",
            dir + ".DS_Store .*",
            dir + ".hidden .*",
            dir + "1.sql~ *~",
            dir + "README README*",
            dir + "sub/2.sql "})
    );
    ASSERT_EQ(loader.report().directories.size(), 1U);
    EXPECT_EQ(loader.report().directories[0].location, dir);
    EXPECT_EQ(loader.report().directories[0].key, "singleMigrations");
    EXPECT_EQ(loader.report().directories[0].files, 3U);
}

TEST(DiskLoader, PatternsOfTheUserAreForNamesAndPaths) {
    const test::TempDir base;
    for (const char* file : {"d/1.down.sql", "d/1.up.sql", "e/1.sql", "e/skipped/2.sql"}) {
        base.write(file, "x");
    }
    DiskLoader loader(
        {.base_location = base.path(),
         .directories = {{MigrationType::SingleMigration, {"d", "e"}}},
         .ignore_files = {"*.down.sql", "*/e/1.sql", "skipped"},
         .nested = Nested::Run}
    );
    EXPECT_EQ(names(loader.load()), Names{"1.up.sql"});
}

TEST(DiskLoader, FilesInFoldersBelowAreRunOnlyWhenAskedFor) {
    const test::TempDir base;
    for (const char* file :
         {"d/2.sql", "d/a/1.sql", "d/a/b/3.sql", "d/a/README", "d/.git/HEAD", "d/own/4.sql"}) {
        base.write(file, std::string("-- ") + file);
    }
    fs::create_directory(base.path() / "d/nothing");
    fs::create_directory_symlink("..", base.path() / "d/a/up");
    const std::string dir = base.path() / "d";
    const auto loader_of = [&](Nested nested) {
        return DiskLoader(
            {.base_location = base.path(),
             .directories =
                 {{MigrationType::SingleMigration, {"d"}},
                  {MigrationType::TenantMigration, {"d/own"}}},
             .nested = nested}
        );
    };
    for (const Nested nested : {Nested::ByStorage, Nested::Ignore}) {
        DiskLoader loader = loader_of(nested);
        EXPECT_EQ(names(loader.load()), (Names{"2.sql", "4.sql"}));
        EXPECT_EQ(
            ignored(loader), (Names{dir + "/a/1.sql ", dir + "/a/README ", dir + "/a/b/3.sql "})
        );
        if (nested == Nested::Ignore) {
            EXPECT_TRUE(loader.report().warnings.empty());
            continue;
        }
        ASSERT_EQ(loader.report().warnings.size(), 1U);
        EXPECT_EQ(loader.report().warnings[0].location, dir + "/");
        EXPECT_EQ(
            loader.report().warnings[0].text,
            "2 files in folders below it are not run, the first: " + dir +
                "/a/1.sql; set nested: ignore to keep it so without this warning, nested: run to "
                "change it, or nested: refuse"
        );
    }
    DiskLoader run = loader_of(Nested::Run);
    const auto sources = run.load();
    ASSERT_EQ(names(sources), (Names{"1.sql", "2.sql", "3.sql", "4.sql"}));
    EXPECT_EQ(sources[0].source_dir, dir + "/a");
    EXPECT_EQ(sources[0].file, dir + "/a/1.sql");
    EXPECT_EQ(sources[2].source_dir, dir + "/a/b");
    EXPECT_EQ(sources[2].contents, "-- d/a/b/3.sql");
    EXPECT_EQ(sources[3].type, MigrationType::TenantMigration);
    EXPECT_TRUE(run.report().warnings.empty());
    try {
        loader_of(Nested::Refuse).load();
        ADD_FAILURE() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Configuration);
        EXPECT_EQ(
            std::string(error.what()),
            "2 files are in folders below " + dir + "/, the first: " + dir +
                "/a/1.sql; nested: refuse does not allow that. Move them into a configured "
                "directory, or set nested to run or ignore"
        );
    }
}

TEST(DiskLoader, AFolderBelowThatHoldsNothingToRunIsNoNews) {
    const test::TempDir base;
    for (const char* file : {"d/1.sql", "d/.git/HEAD", "d/doc/README.md"}) base.write(file, "x");
    DiskLoader loader(
        {.base_location = base.path(),
         .directories = {{MigrationType::SingleMigration, {"d"}}},
         .nested = Nested::Refuse}
    );
    EXPECT_EQ(loader.load().size(), 1U);
    EXPECT_TRUE(loader.report().warnings.empty());
}

TEST(DiskLoader, ALinkIntoALargeTreeIsNotFollowedToItsEnd) {
    const test::TempDir base;
    base.write("d/1.sql", "x");
    for (int i = 0; i < 110; ++i) {
        for (int j = 0; j < 100; ++j) {
            base.write("tree/" + std::to_string(i) + "/" + std::to_string(j), "");
        }
    }
    fs::create_directory_symlink("../tree", base.path() / "d/link");
    DiskLoader loader(
        {.base_location = base.path(), .directories = {{MigrationType::SingleMigration, {"d"}}}}
    );
    EXPECT_EQ(loader.load().size(), 1U);
    EXPECT_LT(loader.report().ignored.size(), 10'001U);
    ASSERT_EQ(loader.report().warnings.size(), 1U);
    EXPECT_TRUE(loader.report().warnings[0].text.starts_with("at least 9")) << "files and folders";
}

TEST(DiskLoader, AFolderBelowThatCannotBeReadStopsOnlyWhatNeedsIt) {
    const test::TempDir base;
    base.write("d/1.sql", "x");
    base.write("d/sub/2.sql", "x");
    fs::permissions(base.path(), fs::perms::all);
    fs::permissions(base.path() / "d/sub", fs::perms::none);
    for (const Nested nested : {Nested::ByStorage, Nested::Ignore, Nested::Run, Nested::Refuse}) {
        SCOPED_TRACE(static_cast<int>(nested));
        DiskLoader loader(
            {.base_location = base.path(),
             .directories = {{MigrationType::SingleMigration, {"d"}}},
             .nested = nested}
        );
        const test::Unprivileged others;
        const bool needs_it = nested == Nested::Run || nested == Nested::Refuse;
        if (needs_it) {
            EXPECT_THROW(loader.load(), Error);
            continue;
        }
        EXPECT_EQ(loader.load().size(), 1U);
        EXPECT_EQ(loader.report().warnings.size(), nested == Nested::Ignore ? 0U : 1U);
    }
    fs::permissions(base.path() / "d/sub", fs::perms::owner_all);
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
    for (const Nested nested : {Nested::ByStorage, Nested::Run, Nested::Refuse}) {
        DiskLoader loader(
            {.base_location = base.path(),
             .directories = {{MigrationType::TenantMigration, {"d"}}},
             .nested = nested}
        );
        EXPECT_EQ(loader.load().size(), 1U);
        EXPECT_TRUE(loader.report().ignored.empty());
        EXPECT_TRUE(loader.report().warnings.empty());
    }
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
