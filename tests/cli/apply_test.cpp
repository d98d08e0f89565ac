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
    EXPECT_EQ(run({"apply", "--tenant", "nobody"}), 1);
    EXPECT_TRUE(contains(err.str(), "tenant nobody does not exist")) << err.str();
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
        "    migrator accept '/migrations/my ref/000.sql'\n"
        "  /migrations/ref/001.sql\n"
        "    migrator accept /migrations/ref/001.sql\n"
        "hint: restore each file, or accept its new text with the command below it\n"
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
