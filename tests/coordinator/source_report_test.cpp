#include "coordinator/source_report.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator::coordinator {
namespace {

using Notes = std::vector<std::string>;

Applied recorded(const std::vector<std::string>& files) {
    Applied applied;
    for (const std::string& file : files) applied.files[file] = {.kinds = kMigrationKinds};
    return applied;
}

std::vector<Migration> sources(const std::vector<std::string>& files) {
    std::vector<Migration> result;
    for (const std::string& file : files) result.push_back({.file = file});
    return result;
}

/// What is thrown; empty: nothing.
std::string refusal(
    const loader::Report& report,
    const std::vector<std::string>& files,
    const std::vector<std::string>& rows
) {
    try {
        refuse_emptied_directories(report, sources(files), recorded(rows));
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Configuration);
        return error.what();
    }
    return {};
}

TEST(EmptiedDirectories, AreRefusedWhenRowsAreFromThere) {
    const loader::Report report{
        .directories = {{"/m/a/", "singleMigrations", 0}, {"/m/b/", "tenantMigrations", 1}}};
    EXPECT_EQ(refusal(report, {"/m/b/1"}, {}), "");
    EXPECT_EQ(refusal(report, {"/m/b/1"}, {"/m/b/1", "/m/b/0"}), "");
    EXPECT_EQ(refusal(report, {"/m/b/1"}, {"/m/a2/1", "/other/a/1", "/m/a"}), "");
    EXPECT_EQ(
        refusal(report, {"/m/b/1"}, {"/m/b/1", "/m/a/2", "/m/a/1"}),
        "singleMigrations: /m/a/ has no files to run, but 2 files are recorded from there, the "
        "first: /m/a/1. Nothing was run. Check baseLocation, the name of the directory, and "
        "whether it is mounted; if the files were deleted on purpose, remove the directory from "
        "singleMigrations"
    );
}

TEST(EmptiedDirectories, ARowBelongsToTheLongestOfThem) {
    const loader::Report report{
        .directories = {{"s3://b/a/", "singleMigrations", 0}, {"s3://b/a/b/", "singleScripts", 1}}};
    EXPECT_EQ(refusal(report, {"s3://b/a/b/1"}, {"s3://b/a/b/1", "s3://b/a/b/0"}), "");
    EXPECT_NE(refusal(report, {"s3://b/a/b/1"}, {"s3://b/a/c/0"}), "");
}

TEST(EmptiedDirectories, WhatIsIgnoredIsStillThere) {
    loader::Report report{
        .ignored = {{"/m/a/README", MigrationType::SingleMigration, "README*"}},
        .directories = {{"/m/a/", "singleMigrations", 0}}};
    EXPECT_EQ(refusal(report, {}, {"/m/a/README"}), "");
    EXPECT_NE(refusal(report, {}, {"/m/a/README", "/m/a/1"}), "");
}

TEST(NoFiles, AreRefusedWhereAnyAreExpected) {
    EXPECT_NO_THROW(refuse_no_files({}, nullptr));
    EXPECT_NO_THROW(
        refuse_no_files({.directories = {{"/m/a/", "k", 0}, {"/m/b/", "k", 1}}}, nullptr)
    );
    try {
        refuse_no_files({.directories = {{"/m/a/", "k", 0}, {"/m/b/", "l", 0}}}, nullptr);
        ADD_FAILURE() << "no exception";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Configuration);
        EXPECT_EQ(
            std::string(error.what()),
            "no configured directory has files to run: /m/a/ (k), /m/b/ (l). Nothing was run. "
            "Check baseLocation and the names of the directories, or add the first migration"
        );
    }
}

TEST(SourceNotes, NameWhatIsIgnoredAndNotRecorded) {
    loader::Report report{.warnings = {{"/m/a/", "something"}}};
    for (const char* name : {"1", "2", "3", "4", "5", "6", "7"}) {
        report.ignored.push_back(
            {"/m/" + std::string(name) + ".md", MigrationType::TenantMigration, "*.md"}
        );
    }
    report.ignored.push_back({"/m/sub/1.sql", MigrationType::TenantMigration, ""});
    const Applied applied = recorded({"/m/2.md", "/m/sub/1.sql"});
    EXPECT_EQ(
        notes_of(report, applied),
        (Notes{
            "/m/a/: something",
            "6 files were not run because of their names (ignoreFiles: *.md): /m/1.md, /m/3.md, "
            "/m/4.md, /m/5.md, /m/6.md and 1 more"})
    );
    const Notes of_tenant = notes_of(report, applied, "east");
    ASSERT_EQ(of_tenant.size(), 4U);
    EXPECT_EQ(
        of_tenant[2],
        "/m/2.md is recorded as applied for other tenants, but east does not get it: its name "
        "matches *.md (ignoreFiles)"
    );
    EXPECT_EQ(
        of_tenant[3],
        "/m/sub/1.sql is recorded as applied for other tenants, but east does not get it: it is in "
        "a folder below the configured one"
    );
    const auto warnings = warnings_of(report, applied);
    ASSERT_EQ(warnings.size(), 7U);
    EXPECT_EQ(warnings[0].file, "/m/a/");
    EXPECT_EQ(warnings[1].file, "/m/1.md");
    EXPECT_EQ(warnings[1].message, "the file is not run: its name matches *.md (ignoreFiles)");
}

TEST(SourceNotes, AreNoneWhenAllIsRun) {
    EXPECT_TRUE(notes_of({.directories = {{"/m/a/", "k", 1}}}, {}, "east").empty());
    EXPECT_TRUE(warnings_of({}, {}).empty());
}

}  // namespace
}  // namespace migrator::coordinator
