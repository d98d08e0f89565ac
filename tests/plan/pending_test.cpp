#include <gtest/gtest.h>

#include "plan/plan.hpp"
#include "plan/plan_support.hpp"

namespace migrator::plan::test {
namespace {

const auto kSources = sources({"s/1.sql", "t/2.sql", "s/3.sql", "t/4.sql", "ss/0.sql", "ts/0.sql"});

TEST(Pending, OfAnEmptyDatabaseIsTheWholeSource) {
    const Applied applied = AppliedBuilder(kSources, {"b", "a"}).build();
    for (const auto rule : {PendingRule::PerFile, PendingRule::PerTenant}) {
        const Plan plan = pending(kSources, applied, {.rule = rule});
        EXPECT_EQ(
            lines(plan),
            (Lines{
                "s/1.sql: s",
                "t/2.sql: b a",
                "s/3.sql: s",
                "t/4.sql: b a",
                "ss/0.sql: ss",
                "ts/0.sql: b a"})
        );
        EXPECT_EQ(plan.tenants, (Lines{"b", "a"}));
    }
}

TEST(Pending, LeavesOutRecordedMigrationsButNeverScripts) {
    const Applied applied = AppliedBuilder(kSources, {"a"})
                                .row("s/1.sql")
                                .rows("t/2.sql", {"a"})
                                .row("ss/0.sql")
                                .row("ts/0.sql")
                                .build();
    EXPECT_EQ(
        lines(pending(kSources, applied, {})),
        (Lines{"s/3.sql: s", "t/4.sql: a", "ss/0.sql: ss", "ts/0.sql: a"})
    );
}

TEST(Pending, AScriptThatAlsoHasARowAsMigrationStillRuns) {
    Applied applied = AppliedBuilder(kSources, {"a"}).build();
    applied.files["/m/ts/0.sql"] = {.kinds = kMigrationKinds, .check_sum = "x"};
    applied.files["/m/ss/0.sql"] = {.kinds = kMigrationKinds, .check_sum = "x"};
    const auto plan = lines(pending(kSources, applied, {}));
    EXPECT_EQ(Lines(plan.end() - 2, plan.end()), (Lines{"ss/0.sql: ss", "ts/0.sql: a"}));
}

TEST(Pending, AMigrationThatOnlyHasARowAsScriptIsNotKnown) {
    const auto source = sources({"s/1.sql", "t/2.sql"});
    Applied applied = AppliedBuilder(source, {"a"}).build();
    applied.files["/m/s/1.sql"] = {
        .kinds = kind_bit(MigrationType::SingleScript), .check_sum = "x"};
    applied.files["/m/t/2.sql"] = {
        .kinds = kind_bit(MigrationType::SingleScript), .check_sum = "x"};
    EXPECT_EQ(lines(pending(source, applied, {})), (Lines{"s/1.sql: s", "t/2.sql: a"}));
}

TEST(Pending, ANewFileIsPendingEvenIfItSortsBeforeAppliedOnes) {
    const Applied applied =
        AppliedBuilder(kSources, {"a"}).row("s/3.sql").rows("t/4.sql", {"a"}).build();
    const auto plan = lines(pending(kSources, applied, {}));
    EXPECT_EQ(Lines(plan.begin(), plan.begin() + 2), (Lines{"s/1.sql: s", "t/2.sql: a"}));
}

TEST(Pending, IsNothingWhenAllIsApplied) {
    const auto source = sources({"s/1.sql", "t/2.sql"});
    const Applied applied =
        AppliedBuilder(source, {"a", "b"}).row("s/1.sql").rows("t/2.sql", {"a", "b"}).build();
    for (const bool reconcile : {false, true}) {
        for (const auto rule : {PendingRule::PerFile, PendingRule::PerTenant}) {
            EXPECT_TRUE(pending(source, applied, {rule, reconcile}).empty());
        }
    }
}

TEST(Pending, AppliedFilesThatLeftTheSourceAreIgnored) {
    const auto source = sources({"t/2.sql"});
    const Applied applied = AppliedBuilder(source, {"a"})
                                .row("s/0.sql")
                                .rows("t/1.sql", {"a"})
                                .rows("t/2.sql", {"a"})
                                .build();
    EXPECT_TRUE(pending(source, applied, {PendingRule::PerTenant, true}).empty());
}

TEST(Pending, TenantFilesStayInThePlanWithoutTenants) {
    const Applied applied = AppliedBuilder(kSources, {}).row("s/1.sql").row("s/3.sql").build();
    const Plan plan = pending(kSources, applied, {PendingRule::PerTenant, true});
    EXPECT_EQ(lines(plan), (Lines{"t/2.sql:", "t/4.sql:", "ss/0.sql: ss", "ts/0.sql:"}));
    EXPECT_TRUE(plan.tenants.empty());
}

TEST(Pending, TheSchemaOfASingleFileIsItsDirectory) {
    const auto source = sources({"config/1.sql", "ref/1.sql"});
    EXPECT_EQ(
        lines(pending(source, AppliedBuilder(source, {}).build(), {})),
        (Lines{"config/1.sql: config", "ref/1.sql: ref"})
    );
}

TEST(Pending, ATenantListedTwiceGetsAFileOnce) {
    const Applied applied = AppliedBuilder(kSources, {"a", "b", "a"}).build();
    const Plan plan = pending(kSources, applied, {});
    EXPECT_EQ(lines(plan)[1], "t/2.sql: a b");
    EXPECT_EQ(plan.tenants, (Lines{"a", "b"}));
}

TEST(Pending, ADirectoryConfiguredTwiceYieldsItsFilesTwice) {
    const auto source = sources({"t/1.sql", "t/1.sql", "t/2.sql", "t/2.sql"});
    const Applied applied = AppliedBuilder(source, {"a"}).rows("t/1.sql", {"a"}).build();
    EXPECT_EQ(lines(pending(source, applied, {})), (Lines{"t/2.sql: a", "t/2.sql: a"}));
}

TEST(Pending, FilesForTheSameTenantsShareOneList) {
    const auto source =
        sources({"s/1.sql", "s/2.sql", "t/3.sql", "t/4.sql", "t/5.sql", "ts/0.sql"});
    const Applied applied =
        AppliedBuilder(source, {"a", "b"}).rows("t/3.sql", {"a"}).rows("t/4.sql", {"a"}).build();
    const Plan plan = pending(source, applied, {.reconcile = true});
    ASSERT_EQ(
        lines(plan),
        (Lines{
            "s/1.sql: s", "s/2.sql: s", "t/3.sql: b", "t/4.sql: b", "t/5.sql: a b", "ts/0.sql: a b"}
        )
    );
    EXPECT_EQ(plan.files[0].schemas, plan.files[1].schemas);
    EXPECT_EQ(plan.files[2].schemas, plan.files[3].schemas);
    EXPECT_EQ(plan.files[4].schemas, plan.files[5].schemas);
}

TEST(ForNewTenant, IsAllTenantFilesWhateverIsRecorded) {
    const Plan plan = for_new_tenant(kSources, SchemaName::parse("new"));
    EXPECT_EQ(lines(plan), (Lines{"t/2.sql: new", "t/4.sql: new", "ts/0.sql: new"}));
    EXPECT_EQ(plan.tenants, Lines{"new"});
    EXPECT_TRUE(for_new_tenant(sources({"s/1.sql"}), SchemaName::parse("new")).empty());
}

TEST(Changed, NamesMigrationsWithAnotherChecksumAndNoScripts) {
    Applied applied = AppliedBuilder(kSources, {}).build();
    applied.files["/m/s/1.sql"] = {.kinds = kMigrationKinds, .check_sum = "other"};
    applied.files["/m/t/2.sql"] = {.kinds = kMigrationKinds, .check_sum = "sum of t/2.sql"};
    applied.files["/m/s/3.sql"] = {.kinds = kMigrationKinds, .check_sum = ""};
    applied.files["/m/t/4.sql"] = {
        .kinds = kind_bit(MigrationType::SingleScript), .check_sum = "of a row as script"};
    applied.files["/m/ss/0.sql"] = {.kinds = kMigrationKinds, .check_sum = "other"};
    applied.files["/m/gone.sql"] = {.kinds = kMigrationKinds, .check_sum = "other"};
    Lines files;
    for (const Migration& m : changed(kSources, applied)) files.push_back(m.file);
    EXPECT_EQ(files, (Lines{"/m/s/1.sql", "/m/t/4.sql"}));
}

}  // namespace
}  // namespace migrator::plan::test
