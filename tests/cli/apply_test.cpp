#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cli/command_line.hpp"
#include "core/error.hpp"
#include "support/temp_dir.hpp"

namespace migrator::cli::test {
namespace {

using ::testing::Test;
using std::chrono_literals::operator""ms;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

class Apply : public CommandLine {};

TEST_F(Apply, SaysExactlyWhatItDid) {
    write_files();
    EXPECT_EQ(run({"apply", "--name", "v1"}), 0);
    EXPECT_TRUE(out.str().starts_with("Created version 1 \"v1\" in ")) << out.str();
    const auto second_line = out.str().substr(out.str().find('\n') + 1);
    EXPECT_EQ(
        second_line,
        "  migrations: 1 single file; 2 tenant files × 2 tenants = 4 executions\n"
        "  scripts:    1 single file; 1 tenant file × 2 tenants = 2 executions\n"
        "Files:\n"
        "  single migration  /migrations/ref/001.sql\n"
        "  tenant migration  /migrations/tenants/002.sql\n"
        "  tenant migration  /migrations/tenants/003.sql\n"
        "  single script     /migrations/config-scripts/s.sql\n"
        "  tenant script     /migrations/tenants-scripts/t.sql\n"
    );
    EXPECT_EQ(err.str(), "");
    EXPECT_EQ(database.versions({}).front().name, "v1");
    EXPECT_EQ(database.rows().size(), 8U);
}

TEST_F(Apply, TellsWhichTenantsFailed) {
    write_files();
    database.work_tenant_by_tenant(1);
    database.fail_file(tenant_1.file, "boom", "abc");
    EXPECT_EQ(run({"apply", "--name", "v1"}), 6);
    EXPECT_TRUE(contains(out.str(), "Created version 1 \"v1\" in ")) << out.str();
    EXPECT_TRUE(contains(out.str(), "  tenants:    1 done, 1 failed\n")) << out.str();
    EXPECT_EQ(
        err.str(),
        "error: 1 tenant failed; changes to the other tenants are committed\n"
        "  abc: SQL migration /migrations/tenants/002.sql failed with error: boom\n"
        "hint: the next apply begins with the files that these tenants are missing; `migrator "
        "status` lists them\n"
    );
    database.mend_file(tenant_1.file);
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_TRUE(database.states().empty());
}

TEST_F(Apply, DoesNotSpeakOfOtherTenantsWhenNoneIsDone) {
    write_files();
    database.work_tenant_by_tenant(0);
    database.fail_file(tenant_1.file, "boom", "abc");
    EXPECT_EQ(run({"apply"}), 6);
    EXPECT_TRUE(contains(err.str(), "error: 1 tenant failed; no other tenant is done\n"))
        << err.str();
}

TEST_F(Apply, TellsWhichTenantsFailedInJson) {
    write_files();
    database.work_tenant_by_tenant(0);
    database.fail_file(tenant_1.file, "boom", "abc");
    const auto document = run_json({"apply", "--json"});
    EXPECT_EQ(exit_code, 6);
    EXPECT_EQ(document.at("code").as_string(), "TENANT_FAILED");
    EXPECT_EQ(document.at("exitCode").as_int64(), 6);
    const auto& failure = document.at("failures").as_array().at(0).as_object();
    EXPECT_EQ(failure.at("tenant").as_string(), "abc");
    EXPECT_EQ(failure.at("file").as_string(), tenant_1.file);
    const auto& results = document.at("results").as_object();
    EXPECT_EQ(results.at("tenantsFailed").as_int64(), 1);
    EXPECT_EQ(results.at("tenantsSkipped").as_int64(), 1);
    EXPECT_EQ(results.at("singleMigrations").as_int64(), 1);
    EXPECT_EQ(results.at("tenantMigrations").as_int64(), 0);
}

TEST_F(Apply, WorksForTheTenantsThatAreNamedAndOwesTheOthersTheirFiles) {
    write_files();
    EXPECT_EQ(run({"apply", "--tenant", "d*"}), 0);
    EXPECT_EQ(database.rows().size(), 5U);  // two single files, three for def
    ASSERT_EQ(database.states().size(), 1U);
    EXPECT_EQ(database.states()[0].tenant, "abc");
    EXPECT_EQ(database.states()[0].first_file, tenant_1.file);
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_TRUE(database.states().empty());
}

TEST_F(Apply, ReadsTheTenantsFromAFile) {
    write_files();
    const migrator::test::TempDir folder;
    const auto names = folder.write("names.txt", "# the first\n\n  abc  \r\n");
    EXPECT_EQ(run({"apply", "--tenants-from", names}), 0);
    EXPECT_EQ(database.rows().size(), 5U);
    const auto nobody = folder.write("nobody.txt", "# none\n");
    EXPECT_EQ(run({"apply", "--tenants-from", nobody}), 2);
    EXPECT_TRUE(contains(err.str(), "contains no tenant names")) << err.str();
    EXPECT_EQ(run({"apply", "--tenants-from", "/nowhere"}), 2);
    EXPECT_EQ(run({"apply", "--tenants-from", folder.path().string()}), 2);
    EXPECT_EQ(run({"apply", "--tenant", "nobody"}), 1);
    EXPECT_TRUE(contains(err.str(), "tenant nobody does not exist")) << err.str();
}

TEST_F(Apply, TakesAListOfTenantsAsAnyEditorWritesIt) {
    write_files();
    database.add_tenant("ghi");
    const migrator::test::TempDir folder;
    const std::string mark = "\xEF\xBB\xBF";
    for (const std::string& text :
         {mark + "abc\ndef\n",
          mark + "abc\r\ndef\r\n",
          mark + "# names\r\n\r\nabc # the first\r\ndef",
          std::string("abc\rdef"),
          std::string("\n \t\nabc\n\ndef\n\n")}) {
        SCOPED_TRACE(text);
        const auto names = folder.write("names.txt", text);
        EXPECT_EQ(run({"plan", "--tenants-from", names, "--json"}), 0) << err.str();
        EXPECT_TRUE(contains(out.str(), R"("tenants":["abc","def"])")) << out.str();
    }
    const std::string utf16("\xFF\xFE\x61\x00\x0A\x00", 6);
    EXPECT_EQ(run({"plan", "--tenants-from", folder.write("utf16.txt", utf16)}), 2);
    EXPECT_TRUE(contains(err.str(), "save it as UTF-8")) << err.str();
    EXPECT_EQ(run({"plan", "--tenants-from", folder.write("marked.txt", mark)}), 2);
    EXPECT_TRUE(contains(err.str(), "contains no tenant names")) << err.str();
}

TEST_F(Apply, ACanaryMayBeAPercentage) {
    write_files();
    database.work_tenant_by_tenant(0);
    EXPECT_EQ(run({"apply", "--canary", "30%"}), 0);
    EXPECT_TRUE(contains(out.str(), "1 done, 1 pending for the next run")) << out.str();
}

TEST_F(Apply, ACanaryIsCompletedByTheNextRun) {
    write_files();
    database.work_tenant_by_tenant(0);
    EXPECT_EQ(run({"apply", "--canary", "1"}), 0);
    EXPECT_TRUE(contains(out.str(), "1 done, 1 pending for the next run")) << out.str();
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_TRUE(database.states().empty());
}

TEST_F(Apply, WavesNeedTenantsOneByOne) {
    write_files();
    EXPECT_EQ(run({"apply", "--waves", "50%,100%"}), 2);
    EXPECT_TRUE(contains(err.str(), "waves need atomicity: tenant")) << err.str();
    EXPECT_EQ(run({"apply", "--waves", "50%,10%"}), 2);
    EXPECT_TRUE(contains(err.str(), "larger than the one before it")) << err.str();
}

TEST_F(Apply, NamesTheVersionByTheTimeInUtc) {
    write_files();
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(database.versions({}).front().name, "2026-11-23T01:02:03Z");
}

TEST_F(Apply, SaysWhenNothingIsPending) {
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(out.str(), "Nothing is pending: no version was created.\n");
}

TEST_F(Apply, SaysThatTenantFilesWaitForTheFirstTenant) {
    source.write(MigrationType::TenantMigration, "tenants", "1.sql", "x");
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_TRUE(contains(out.str(), "No version was created")) << out.str();
    EXPECT_TRUE(contains(out.str(), "no tenants exist")) << out.str();
}

TEST_F(Apply, DryRunSaysThatNothingHasChanged) {
    write_files();
    EXPECT_EQ(run({"apply", "--dry-run", "--name", "v1"}), 0);
    EXPECT_TRUE(out.str().starts_with("Dry run of \"v1\" in ")) << out.str();
    EXPECT_TRUE(contains(out.str(), "rolled back; no changes were made.\n")) << out.str();
    EXPECT_EQ(database.executions().size(), 8U);
    EXPECT_TRUE(database.rows().empty());
}

TEST_F(Apply, CutsLongListsUnlessVerbose) {
    for (int i = 100; i < 125; ++i) {
        source.write(MigrationType::SingleMigration, "ref", std::to_string(i) + ".sql", "x");
    }
    EXPECT_EQ(run({"apply", "--dry-run"}), 0);
    EXPECT_TRUE(contains(out.str(), "/ref/119.sql\n  … and 5 more")) << out.str();
    EXPECT_FALSE(contains(out.str(), "/ref/120.sql"));
    EXPECT_EQ(run({"apply", "--dry-run", "--verbose"}), 0);
    EXPECT_TRUE(contains(out.str(), "/ref/124.sql"));
}

TEST_F(Apply, QuietPrintsNothingWhenAllIsWell) {
    write_files();
    EXPECT_EQ(run({"apply", "--quiet"}), 0);
    EXPECT_EQ(out.str() + err.str(), "");
}

TEST_F(Apply, ReconcileBringsALateTenantWhatItLacks) {
    write_files();
    EXPECT_EQ(run({"apply"}), 0);
    database.add_tenant("late");
    EXPECT_EQ(run({"apply", "--reconcile"}), 0);
    const auto rows = database.rows();
    const auto late = std::count_if(rows.begin(), rows.end(), [](const auto& row) {
        return row.schema == "late" && row.migration.type == MigrationType::TenantMigration;
    });
    EXPECT_EQ(late, 2);
    EXPECT_TRUE(contains(out.str(), "2 tenant files in 2 executions")) << out.str();
}

class ApplyWithUnmanagedTenants : public CommandLine {
protected:
    /// ghi and jkl have nothing, a file is new.
    ApplyWithUnmanagedTenants() {
        write_files();
        EXPECT_EQ(run({"apply"}), 0);
        for (const char* tenant : {"ghi", "jkl"}) database.add_tenant(tenant);
        newest = source.write(MigrationType::TenantMigration, "tenants", "004.sql", "x");
    }
    std::size_t rows_of(const std::string& tenant) const {
        const auto rows = database.rows();
        return static_cast<std::size_t>(std::ranges::count_if(rows, [&](const auto& row) {
            return row.schema == tenant && row.migration.type == MigrationType::TenantMigration;
        }));
    }
    Migration newest;
};

TEST_F(ApplyWithUnmanagedTenants, RefusesToGiveThemTheNewestFilesAlone) {
    const auto before = database.rows().size();
    EXPECT_EQ(run({"apply"}), 1);
    for (const char* part :
         {"tenant ghi has no recorded migration, and would get only the newest files, from "
          "/migrations/tenants/004.sql on\n",
          "tenant jkl has no",
          "Nothing was run.",
          "migrator apply --reconcile",
          "migrator sync --tenant TENANT",
          "unmanaged: apply"}) {
        EXPECT_TRUE(contains(err.str(), part)) << part << " is missing in\n" << err.str();
    }
    EXPECT_EQ(database.rows().size(), before);
    EXPECT_EQ(run({"plan", "--exit-code"}), 1);
    EXPECT_TRUE(contains(out.str(), "2 problems would stop the run")) << out.str();
    EXPECT_TRUE(contains(out.str(), "migrator apply --reconcile")) << out.str();
    EXPECT_EQ(run({"validate"}), 1);
    EXPECT_EQ(run({"apply", "--tenant", "abc"}), 0) << "it is not for them";
    EXPECT_EQ(run({"apply", "--tenant", "jkl"}), 1);
}

TEST_F(ApplyWithUnmanagedTenants, ReconcilesOrSyncsThem) {
    EXPECT_EQ(run({"sync", "--tenant", "ghi"}), 0) << err.str();
    EXPECT_EQ(rows_of("ghi"), 2U);
    EXPECT_EQ(run({"apply", "--reconcile"}), 0) << err.str();
    EXPECT_EQ(rows_of("ghi"), 3U);
    EXPECT_EQ(rows_of("jkl"), 3U);
}

TEST_F(ApplyWithUnmanagedTenants, GivesThemTheNewestFilesWhereTheKeySaysSo) {
    options.unmanaged = coordinator::UnmanagedTenants::Apply;
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(rows_of("jkl"), 1U);
    EXPECT_TRUE(contains(
        out.str(),
        "2 tenants have no recorded migration and get the newest files only, from "
        "/migrations/tenants/004.sql on: ghi, jkl"
    )) << out.str();
}

TEST_F(ApplyWithUnmanagedTenants, LeavesThemOutWhereTheKeySaysSo) {
    options.unmanaged = coordinator::UnmanagedTenants::Skip;
    database.work_tenant_by_tenant(0);
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(rows_of("jkl"), 0U);
    EXPECT_EQ(rows_of("abc"), 3U);
    EXPECT_TRUE(database.states().empty()) << "they are owed nothing";
    EXPECT_TRUE(
        contains(out.str(), "2 tenants have no recorded migration and are skipped: ghi, jkl")
    ) << out.str();
    EXPECT_EQ(run({"status", "--exit-code"}), 3);
    EXPECT_EQ(run({"apply", "--reconcile"}), 0);
    EXPECT_EQ(rows_of("jkl"), 3U);
}

TEST_F(ApplyWithUnmanagedTenants, CountsThemAsFailedWhereFailuresAreContained) {
    database.work_tenant_by_tenant(2);
    EXPECT_EQ(run({"apply"}), 6);
    EXPECT_TRUE(contains(err.str(), "tenant jkl has no recorded migration")) << err.str();
    EXPECT_EQ(rows_of("abc"), 3U);
    EXPECT_EQ(run({"apply"}), 6) << "they are still owed the file";
    EXPECT_EQ(rows_of("jkl"), 0U);
}

TEST_F(ApplyWithUnmanagedTenants, BringsOneUpThatFailedInItsFirstFile) {
    TenantState failed;
    failed.tenant = "ghi";
    failed.state = "failed";
    failed.file = failed.first_file = tenant_1.file;
    database.add_state(failed);
    database.remove_tenant("jkl");
    EXPECT_EQ(run({"apply"}), 0) << err.str();
    EXPECT_EQ(rows_of("ghi"), 3U);
}

class ApplyWithoutSchemas : public CommandLine {
protected:
    ApplyWithoutSchemas() {
        write_files();
        database.add_without_schema("ghi");
    }
};

TEST_F(ApplyWithoutSchemas, RunsTheFilesAsByDefault) {
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_TRUE(contains(
        out.str(), "Without a schema: 1 tenant in the list that has no schema yet\n  ghi\n"
    )) << out.str();
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_FALSE(contains(out.str(), "without a schema")) << out.str();
    EXPECT_EQ(database.rows().size(), 11U);
}

TEST_F(ApplyWithoutSchemas, SkipsTheTenant) {
    options.missing_schemas = db::MissingSchemas::Skip;
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_TRUE(contains(out.str(), "1 tenant is listed without a schema and skipped: ghi"))
        << out.str();
    for (const auto& row : database.rows()) EXPECT_NE(row.schema, "ghi");
    EXPECT_EQ(run({"status", "--exit-code"}), 0) << out.str();
}

TEST_F(ApplyWithoutSchemas, FailsForTheTenant) {
    options.missing_schemas = db::MissingSchemas::Fail;
    EXPECT_EQ(run({"apply"}), 1);
    EXPECT_TRUE(contains(err.str(), "tenant ghi is listed, but has no schema yet")) << err.str();
    EXPECT_TRUE(database.rows().empty());
    EXPECT_EQ(run({"apply", "--tenant", "abc"}), 0);
    database.work_tenant_by_tenant(1);
    EXPECT_EQ(run({"apply"}), 6);
}

TEST_F(Apply, AFailingFileIsAnErrorOnStandardError) {
    write_files();
    database.fail_file(tenant_1.file, "ERROR: relation \"x\" exists\nLINE 1: create");
    EXPECT_EQ(run({"apply"}), 1);
    EXPECT_EQ(out.str(), "");
    EXPECT_TRUE(contains(
        err.str(),
        "error: SQL migration /migrations/tenants/002.sql failed with error: ERROR: relation "
        "\"x\" exists\n  LINE 1: create\n"
    )) << err.str();
    EXPECT_TRUE(contains(err.str(), "hint: `migrator status`")) << err.str();
    EXPECT_TRUE(database.rows().empty());
}

TEST_F(Apply, EditedFilesAreNamedWithTheCommandThatAcceptsThem) {
    write_files();
    const auto spaced =
        source.write(MigrationType::SingleMigration, "my ref", "000.sql", "create table s ();");
    EXPECT_EQ(run({"apply"}), 0);
    source.write(MigrationType::SingleMigration, "ref", "001.sql", "edited");
    source.write(MigrationType::SingleMigration, "my ref", "000.sql", "edited");
    EXPECT_EQ(run({"apply"}), 4);
    EXPECT_EQ(out.str(), "");
    EXPECT_EQ(
        err.str(),
        "error: Checksum verification failed. Please review offending migrations.\n"
        "2 files were edited after they were applied; no changes were made.\n"
        "  /migrations/my ref/000.sql\n"
        "    @@ -1 +1 @@\n"
        "    -create table s ();\n"
        "    \\ No newline at end of file\n"
        "    +edited\n"
        "    \\ No newline at end of file\n"
        "    restore the text that was applied: migrator restore '/migrations/my ref/000.sql'\n"
        "    or accept the new text:               migrator accept '/migrations/my ref/000.sql'\n"
        "  /migrations/ref/001.sql\n"
        "    @@ -1 +1 @@\n"
        "    -create table r ();\n"
        "    \\ No newline at end of file\n"
        "    +edited\n"
        "    \\ No newline at end of file\n"
        "    restore the text that was applied: migrator restore /migrations/ref/001.sql\n"
        "    or accept the new text:               migrator accept /migrations/ref/001.sql\n"
        "hint: restore each file, and put the change into a new one; accept the new text only if "
        "it "
        "does the same as the old\n"
    );
}

TEST_F(Apply, AHeldLockIsExitCodeFiveAndNamesTheHolder) {
    write_files();
    options.lock_timeout = 0ms;
    database.hold_lock({"other-run", "host-b (pid 9)", "request-1", "v7", now()});
    EXPECT_EQ(run({"apply"}), 5);
    EXPECT_TRUE(contains(err.str(), "host-b (pid 9)")) << err.str();
    EXPECT_TRUE(contains(err.str(), "--lock-timeout")) << err.str();
    EXPECT_TRUE(database.executions().empty());
}

TEST_F(Apply, CtrlCCancelsAndIsExitCode130) {
    write_files();
    database.on_execution([&](const auto& execution) {
        if (execution.file == tenant_1.file) interrupted.request_stop();
    });
    EXPECT_EQ(run({"apply"}), 130);
    EXPECT_TRUE(contains(err.str(), "error: ")) << err.str();
    EXPECT_TRUE(database.rows().empty());
}

TEST_F(Apply, ACancelThatIsNotCtrlCIsExitCodeOne) {
    write_files();
    database.on_execution([](const auto&) { throw Error(ErrorKind::Cancelled, "cancelled"); });
    EXPECT_EQ(run({"apply"}), 1);
}

TEST_F(Apply, ABrokenConnectionIsAnErrorWithAHint) {
    write_files();
    database.break_connection("can't reach db.internal:5432");
    EXPECT_EQ(run({"apply"}), 1);
    EXPECT_TRUE(contains(err.str(), "error: can't reach db.internal:5432\n")) << err.str();
    EXPECT_TRUE(contains(err.str(), "migrator wait")) << err.str();
}

TEST_F(Apply, AnErrorThatKnowsWhatToDoSaysThatInstead) {
    write_files();
    database.on_execution([](const auto&) {
        Error refused(ErrorKind::Unavailable, "the password is wrong");
        refused.advise("check it");
        throw refused;
    });
    EXPECT_EQ(run({"apply"}), 1);
    EXPECT_TRUE(contains(err.str(), "error: the password is wrong\nhint: check it\n")) << err.str();
    EXPECT_FALSE(contains(err.str(), "migrator wait")) << err.str();
}

TEST_F(Apply, ErrorsFromOutsideCannotSteerTheTerminal) {
    database.break_connection("\x1b]0;title\x07 server says");
    EXPECT_EQ(run({"apply"}), 1);
    EXPECT_FALSE(contains(err.str(), "\x1b"));
}

TEST_F(Apply, ColoursOnlyOnATerminalWithoutNoColor) {
    write_files();
    out_is_terminal = true;
    run({"apply", "--dry-run"});
    EXPECT_TRUE(contains(out.str(), "\x1b["));
    no_color = true;
    run({"apply", "--dry-run"});
    EXPECT_FALSE(contains(out.str(), "\x1b["));
}

TEST_F(Apply, ATerminalGetsABarThatIsGoneAtTheEnd) {
    write_files();
    err_is_terminal = true;
    run({"apply", "--dry-run"});
    EXPECT_TRUE(err.str().starts_with("\r")) << err.str();
    EXPECT_TRUE(err.str().ends_with("\r\x1b[K")) << err.str();
    for (const char* flag : {"--quiet", "--json"}) {
        run({"apply", "--dry-run", flag});
        EXPECT_EQ(err.str(), "") << flag;
    }
}

TEST_F(Apply, TheBarIsGoneBeforeAnError) {
    write_files();
    err_is_terminal = true;
    no_color = true;
    database.fail_file(single.file, "boom");
    run({"apply"});
    EXPECT_TRUE(contains(err.str(), "\r\x1b[Kerror: SQL migration")) << err.str();
}

class Sync : public CommandLine {};

TEST_F(Sync, RecordsWithoutRunning) {
    write_files();
    EXPECT_EQ(run({"sync", "--name", "baseline"}), 0);
    EXPECT_TRUE(out.str().starts_with("Recorded as applied in version 1 \"baseline\", without "))
        << out.str();
    EXPECT_TRUE(database.executions().empty());
    EXPECT_EQ(database.rows().size(), 8U);
}

TEST_F(Sync, OfOneTenantRecordsForItAlone) {
    write_files();
    database.record(tenant_1, "abc");
    EXPECT_EQ(run({"sync", "--tenant", "def"}), 0);
    // Nobody has the second file yet: a row of one tenant would hide it from the other.
    ASSERT_EQ(database.rows().size(), 2U);
    EXPECT_EQ(database.rows().back().schema, "def");
    EXPECT_EQ(database.rows().back().migration.file, tenant_1.file);
}

class SyncOfUnfinished : public CommandLine {
protected:
    SyncOfUnfinished() {
        write_files();
        database.record(tenant_1, "abc");
        database.record(tenant_2, "abc");
        add_state("def", "failed");
    }
    void add_state(const std::string& tenant, const std::string& name) {
        TenantState state;
        state.tenant = tenant;
        state.state = name;
        state.first_file = state.file = tenant_1.file;
        database.add_state(state);
    }
};

TEST_F(SyncOfUnfinished, IsRefused) {
    EXPECT_EQ(run({"sync", "--tenant", "d*"}), 1);
    EXPECT_TRUE(contains(err.str(), "tenant def failed in /migrations/tenants/002.sql"))
        << err.str();
    EXPECT_TRUE(contains(err.str(), "Nothing was recorded.")) << err.str();
    EXPECT_EQ(run({"sync"}), 1);
    database.add_tenant("cut");
    add_state("cut", "running");
    EXPECT_EQ(run({"sync", "--tenant", "cut"}), 1);
    EXPECT_TRUE(contains(err.str(), "tenant cut was interrupted in")) << err.str();
    EXPECT_EQ(database.rows().size(), 2U);
    EXPECT_EQ(database.states().size(), 2U);
    EXPECT_EQ(run({"sync", "--tenant", "abc"}), 0) << "it is not for that tenant";
}

TEST_F(SyncOfUnfinished, IsDoneWhenAPersonSaysThatAllHasTakenEffect) {
    EXPECT_EQ(run({"sync", "--tenant", "def", "--unfinished"}), 0) << err.str();
    EXPECT_EQ(database.rows().size(), 4U);
    EXPECT_TRUE(database.states().empty());
    EXPECT_TRUE(contains(out.str(), "tenant def failed in /migrations/tenants/002.sql"))
        << out.str();
}

TEST_F(SyncOfUnfinished, ForgetsAFailureInAFileThatHasGone) {
    database.record(tenant_1, "def");
    database.record(tenant_2, "def");
    EXPECT_EQ(run({"sync", "--tenant", "def", "--unfinished"}), 0);
    EXPECT_TRUE(database.states().empty());
}

TEST_F(SyncOfUnfinished, TakesWhatIsOnlyPlanned) {
    database.add_tenant("ghi");
    add_state("ghi", "planned");
    EXPECT_EQ(run({"sync", "--tenant", "ghi"}), 0) << err.str();
}

TEST_F(SyncOfUnfinished, IsRefusedForSingleFilesUnlessTenantsAreNamed) {
    EXPECT_EQ(run({"sync", "--tenant", "def", "--unfinished"}), 0);
    add_state("", "failed");
    EXPECT_EQ(run({"sync"}), 1);
    EXPECT_TRUE(contains(err.str(), "single files failed in")) << err.str();
    database.add_tenant("ghi");
    EXPECT_EQ(run({"sync", "--tenant", "ghi"}), 0) << err.str();
    EXPECT_EQ(run({"sync", "--unfinished"}), 0) << err.str();
    EXPECT_TRUE(database.states().empty());
}

TEST_F(Sync, OfAnUnknownTenantIsAnError) {
    write_files();
    EXPECT_EQ(run({"sync", "--tenant", "nobody"}), 1);
    EXPECT_TRUE(contains(err.str(), "nobody")) << err.str();
}

class CreateTenant : public CommandLine {};

TEST_F(CreateTenant, SaysWhatItDid) {
    write_files();
    EXPECT_EQ(run({"create-tenant", "new", "--name", "v1"}), 0);
    EXPECT_TRUE(out.str().starts_with("Created tenant new, version 1 \"v1\", in ")) << out.str();
    EXPECT_TRUE(contains(out.str(), "2 tenant files × 1 tenant = 2 executions")) << out.str();
    EXPECT_EQ(database.tenants(), (std::vector<std::string>{"abc", "def", "new"}));
}

TEST_F(CreateTenant, DryRunNamesTheTenant) {
    write_files();
    EXPECT_EQ(run({"create-tenant", "new", "--dry-run", "--name", "v1"}), 0);
    EXPECT_TRUE(out.str().starts_with("Dry run of tenant new with \"v1\"")) << out.str();
    EXPECT_EQ(database.tenants().size(), 2U);
}

TEST_F(CreateTenant, WithoutTenantFilesMakesNoVersion) {
    EXPECT_EQ(run({"create-tenant", "new"}), 0);
    EXPECT_TRUE(out.str().starts_with("Created tenant new in ")) << out.str();
    EXPECT_TRUE(contains(out.str(), "no version was created")) << out.str();
    EXPECT_EQ(database.tenants(), std::vector<std::string>{"new"});
}

TEST_F(CreateTenant, RefusesNamesThatCannotBe) {
    EXPECT_EQ(run({"create-tenant", "a b"}), 1);
    EXPECT_TRUE(contains(err.str(), "Schema name contains invalid characters: a b")) << err.str();
    database.add_tenant("abc");
    EXPECT_EQ(run({"create-tenant", "abc"}), 1);
    EXPECT_TRUE(contains(err.str(), "already exists")) << err.str();
}

}  // namespace
}  // namespace migrator::cli::test
