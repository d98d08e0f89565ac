#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "cli/command_line.hpp"
#include "core/error.hpp"

namespace migrator::cli::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

class ReadCommands : public CommandLine {};

TEST_F(ReadCommands, StatusOfAnEmptyDatabase) {
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_EQ(out.str(), "Version:  none yet\nApplied:  0 files\nTenants:  0\nPending:  nothing\n");
}

TEST_F(ReadCommands, StatusListsWhatIsPending) {
    write_files();
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_EQ(
        out.str(),
        "Version:  none yet\n"
        "Applied:  0 files\n"
        "Tenants:  2\n"
        "Pending:  3 files, 5 executions\n"
        "  single migration  /migrations/ref/001.sql\n"
        "  tenant migration  /migrations/tenants/002.sql  (2 tenants)\n"
        "  tenant migration  /migrations/tenants/003.sql  (2 tenants)\n"
        "Scripts:  2 files; scripts run at every apply and are not pending\n"
    );
}

TEST_F(ReadCommands, StatusShowsEverythingThatIsNotAsItShouldBe) {
    write_files();
    EXPECT_EQ(run({"apply", "--name", "v1"}), 0);
    database.record(tenant_1, "late");
    database.add_tenant("late");
    database.add_tenant("foreign");
    source.write(MigrationType::SingleMigration, "ref", "001.sql", "edited");
    TenantState failed;
    failed.tenant = "def";
    failed.version_id = 1;
    failed.first_file = tenant_1.file;
    failed.state = "failed";
    failed.file = tenant_2.file;
    failed.statement = 3;
    failed.sqlstate = "42P07";
    failed.message = "relation exists\nLINE 2";
    failed.changed = now();
    database.add_state(failed);
    database.add_broken_object("index abc.i is invalid: drop index concurrently abc.i");
    database.hold_lock({"r", "host-b (pid 9)", "q-1", "v2", now()});

    EXPECT_EQ(run({"status"}), 0);
    for (const char* part :
         {"Version:  2 \"v2\" of 2026-11-22T12:04:02Z\n",
          "Edited after they were applied: 1 file\n  /migrations/ref/001.sql\n"
          "    @@ -1 +1 @@\n"
          "    -create table r ();\n"
          "    \\ No newline at end of file\n"
          "    +edited\n",
          "    restore the text that was applied: migrator restore /migrations/ref/001.sql\n"
          "    or accept the new text:               migrator accept /migrations/ref/001.sql\n",
          "Lagging: 1 tenant is missing files that other tenants have\n"
          "  late: 1 file, first /migrations/tenants/003.sql\n",
          "migrator apply --reconcile\n",
          "Unmanaged: 1 tenant without recorded migrations\n  foreign\n",
          "migrator sync --tenant TENANT\n",
          "  tenant def: failed in version 1 at 2026-11-23T01:02:03.5Z\n"
          "    file /migrations/tenants/003.sql, 3 statements of it known to have run\n"
          "    relation exists\n"
          "    LINE 2 (SQLSTATE 42P07)\n",
          "  index abc.i is invalid: drop index concurrently abc.i\n",
          "Lock: held by host-b (pid 9) since 2026-11-23T01:02:03.5Z, for \"v2\", request q-1\n"}) {
        EXPECT_TRUE(contains(out.str(), part)) << part << "is missing in\n" << out.str();
    }
}

class StatusOfRuns : public ReadCommands {
protected:
    /// Two tenants have the first file alone.
    StatusOfRuns() {
        write_files();
        database.record(single, "ref");
        for (const char* tenant : {"abc", "def"}) database.record(tenant_1, tenant);
    }
    void add_state(
        const std::string& tenant, const std::string& state, const Migration& first, TimePoint when
    ) {
        TenantState added;
        added.tenant = tenant;
        added.state = state;
        added.version_id = 7;
        added.first_file = first.file;
        if (state != "planned") added.file = first.file;
        added.changed = when;
        database.add_state(added);
    }
    void expect_lines(const std::vector<std::string>& parts) {
        EXPECT_EQ(run({"status"}), 0);
        for (const std::string& part : parts) {
            EXPECT_TRUE(contains(out.str(), part)) << part << "is missing in\n" << out.str();
        }
        for (const char* never : {"Unmanaged", "Lagging", "earlier run"}) {
            EXPECT_FALSE(contains(out.str(), never)) << out.str();
        }
    }
};

TEST_F(StatusOfRuns, ATenantThatFailedInItsFirstFileIsNotUnmanaged) {
    database.add_tenant("ghi");
    add_state("ghi", "failed", tenant_1, now());
    expect_lines({"Failed:\n  tenant ghi: failed in version 7", "fix a failed file first"});
}

TEST_F(StatusOfRuns, AFailureThatNoApplyEndsSaysWhatDoes) {
    source.remove(tenant_script.file);  // any file ends it
    database.record(tenant_2, "abc");
    Migration gone = tenant_2;
    gone.file = "/migrations/tenants/999.sql";
    add_state("abc", "failed", gone, now());
    add_state("def", "failed", tenant_2, now());
    expect_lines(
        {"Failed:\n  tenant def: failed",
         "Not ended, in files that are not pending any more:\n  tenant abc: failed in version 7",
         "  migrator sync --unfinished --tenant TENANT\n"}
    );
    EXPECT_EQ(run({"status", "--exit-code"}), 3);
    EXPECT_EQ(run({"sync", "--unfinished", "--tenant", "abc"}), 0) << err.str();
    EXPECT_EQ(database.states().size(), 1U);
    add_state("abc", "planned", gone, now());
    expect_lines({"Not ended, in files that are not pending any more:\n  tenant abc: planned"});
    EXPECT_EQ(run({"sync", "--unfinished", "--tenant", "abc"}), 0) << err.str();
    EXPECT_EQ(database.states().size(), 1U);
}

TEST_F(StatusOfRuns, ThatWorkNamesWhoHasPlanned) {
    database.record(tenant_2, "other");
    database.add_tenant("ghi");
    database.hold_lock({"r", "host-b (pid 9)", "q-1", "v2", now()});
    add_state("abc", "planned", tenant_2, now());
    add_state("def", "running", tenant_2, now());
    add_state("ghi", "planned", tenant_1, now());
    expect_lines(
        {"Planned by the run of host-b (pid 9) since 2026-11-23T01:02:03.5Z: 2 tenants, from "
         "/migrations/tenants/002.sql or a later file on\n",
         "In progress, by the run of host-b (pid 9) since 2026-11-23T01:02:03.5Z:\n"
         "  tenant def: running in version 7"}
    );
    EXPECT_FALSE(contains(out.str(), "next migrator apply")) << out.str();
}

TEST_F(StatusOfRuns, BeforeTheOneThatWorksAreToldApart) {
    database.record(tenant_2, "other");
    database.hold_lock({"r", "host-b (pid 9)", "q-1", "v2", now()});
    add_state("abc", "planned", tenant_2, now() - std::chrono::seconds(1));
    add_state("def", "running", tenant_2, now() - std::chrono::seconds(1));
    expect_lines(
        {"Planned for the next migrator apply: 1 tenant, from /migrations/tenants/003.sql on\n",
         "Interrupted:\n  tenant def: interrupted in version 7"}
    );
}

TEST_F(StatusOfRuns, ThatLeftTenantsForLaterSaySoInOneLine) {
    database.work_tenant_by_tenant(0);
    database.add_tenant("ghi");
    database.record(tenant_1, "ghi");
    EXPECT_EQ(run({"apply", "--canary", "1"}), 0);
    logged.clear();
    const std::string line =
        "Planned for the next migrator apply: 2 tenants, from /migrations/tenants/003.sql on\n";
    expect_lines({line});
    EXPECT_FALSE(contains(out.str(), "  def\n")) << out.str();
    EXPECT_EQ(run({"status", "--verbose"}), 0);
    EXPECT_TRUE(contains(out.str(), line + "  def\n  ghi\n")) << out.str();
    EXPECT_EQ(run({"apply", "--canary", "1"}), 0);
    EXPECT_FALSE(contains(logged, "is missing")) << logged;
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_FALSE(contains(out.str(), "Planned")) << out.str();
}

TEST_F(StatusOfRuns, ShowWhatADeletedTenantHasLeft) {
    add_state("gone", "failed", tenant_1, now());
    expect_lines(
        {"Not in the tenant list: 1 name with records\n  gone\n"
         "  if the tenant was deleted: migrator remove-tenant NAME\n"}
    );
    EXPECT_FALSE(contains(out.str(), "Failed")) << out.str();
    const auto status = run_json({"status", "--json"});
    EXPECT_TRUE(status.at("unfinished").as_array().empty());
    EXPECT_EQ(status.at("unlisted").as_array().at(0), "gone");
    EXPECT_EQ(status.at("states").as_object().at("failed"), 0);
}

TEST_F(ReadCommands, ExitCodeTellsPendingOnlyWhenAsked) {
    write_files();
    for (const char* command : {"status", "plan"}) {
        EXPECT_EQ(run({command}), 0);
        EXPECT_EQ(run({command, "--exit-code"}), 3);
        EXPECT_EQ(run({command, "--exit-code", "--json"}), 3);
    }
    EXPECT_EQ(run({"apply"}), 0);
    // The scripts remain, and are not pending.
    EXPECT_EQ(run({"status", "--exit-code"}), 0);
    EXPECT_EQ(run({"plan", "--exit-code"}), 0);
    EXPECT_TRUE(contains(out.str(), "No migration is pending;")) << out.str();

    source.write(MigrationType::SingleMigration, "ref", "001.sql", "edited");
    EXPECT_EQ(run({"status", "--exit-code"}), 4);
    EXPECT_EQ(run({"plan", "--exit-code"}), 4);
    EXPECT_EQ(run({"status"}), 0);
}

TEST_F(ReadCommands, ExitCodeOfStatusSaysWhatItCounts) {
    write_files();
    EXPECT_EQ(run({"status", "--exit-code"}), 3);
    EXPECT_TRUE(contains(out.str(), "Exit code 3; it counts 3 pending files.\n")) << out.str();
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(run({"status", "--exit-code"}), 0);
    EXPECT_FALSE(contains(out.str(), "Exit code")) << out.str();
    for (const char* tenant : {"gap", "new", "bad"}) database.add_tenant(tenant);
    database.record(tenant_2, "gap");
    TenantState failed;
    failed.tenant = "bad";
    failed.state = "failed";
    failed.file = failed.first_file = tenant_1.file;
    database.add_state(failed);
    EXPECT_EQ(run({"status"}), 0);
    const std::string counted =
        "2 pending files, 1 lagging tenant, 1 unmanaged tenant, 1 planned or failed tenant";
    EXPECT_EQ(run({"status", "--exit-code"}), 3);
    EXPECT_TRUE(contains(out.str(), "Exit code 3; it counts " + counted + ".\n")) << out.str();
    const auto status = run_json({"status", "--exit-code", "--json"});
    EXPECT_EQ(exit_code, 3);
    EXPECT_EQ(status.at("exitCode"), 3);
    EXPECT_EQ(status.at("counted").as_object().at("lagging"), 1);
    source.write(MigrationType::SingleMigration, "ref", "001.sql", "edited");
    EXPECT_EQ(run({"status", "--exit-code"}), 4);
}

TEST_F(ReadCommands, ExitCodeCountsTenantsThatLagThoughNothingIsPending) {
    write_files();
    EXPECT_EQ(run({"apply"}), 0);
    database.add_tenant("gap");
    database.record(tenant_2, "gap");
    EXPECT_EQ(run({"status", "--exit-code"}), 3);
    EXPECT_TRUE(contains(out.str(), "Exit code 3; it counts 1 lagging tenant.\n")) << out.str();
    EXPECT_EQ(run({"apply", "--reconcile"}), 0);
    EXPECT_EQ(run({"status", "--exit-code"}), 0);
}

TEST_F(ReadCommands, PlanNamesTheTenantsWhoseChecksAreNotTrue) {
    write_files();
    EXPECT_EQ(run({"plan", "--checks"}), 0);
    EXPECT_TRUE(contains(out.str(), "No pending file has a check.\n")) << out.str();
    const std::string file = "/migrations/tenants/002.sql";
    for (const char* tenant : {"abc", "def"}) {
        database.fail_check({file, 3, "select 1", tenant, "it is false"});
    }
    EXPECT_EQ(run({"plan"}), 0);
    EXPECT_EQ(run({"plan", "--checks"}), 1);
    EXPECT_TRUE(contains(
        out.str(),
        "2 checks were asked, 2 not true:\n  " + file +
            ", line 3: select 1 (2 schemas)\n    abc: it is false\n    def: it is false\n"
    )) << out.str();
    EXPECT_EQ(run({"plan", "--checks", "--exit-code"}), 1);
    EXPECT_EQ(run({"plan", "--checks", "--json"}), 1);
    EXPECT_TRUE(contains(
        out.str(),
        R"("checks":{"asked":2,"failed":[{"file":")" + file +
            R"(","line":3,"check":"select 1","schemas":[{"schema":"abc","message":"it is false"},)"
    )) << out.str();
}

TEST_F(ReadCommands, DriftNamesTheTenantsWhoseSchemasDiffer) {
    write_files();
    EXPECT_EQ(run({"drift"}), 0);
    EXPECT_TRUE(contains(out.str(), "0 tenants compared: nothing to say\n")) << out.str();
    EXPECT_TRUE(contains(out.str(), "  abc: no file is recorded for it\n")) << out.str();
    EXPECT_EQ(run({"drift", "--tenant", "abc"}), 1);
    database.add_tenant("ghi");
    for (const char* tenant : {"abc", "def", "ghi"}) {
        database.record(tenant_1, tenant);
        database.schemas().objects[tenant] = {{"column", "t.a", "integer"}};
    }
    EXPECT_EQ(run({"drift"}), 0);
    EXPECT_EQ(out.str(), "3 tenants compared: no drift\n");
    database.schemas().objects["def"] = {{"column", "t.a", "bigint"}};
    EXPECT_EQ(run({"drift"}), 4);
    EXPECT_EQ(
        out.str(),
        "3 tenants compared: 1 drifted\n\n"
        "1 tenant: column t.a has changed: bigint instead of integer\n"
        "  def\n"
        "  expected: the schema of 2 of 3 tenants (1 of 1 file, the last: 002.sql)\n"
    );
    EXPECT_EQ(run({"drift", "--tenant", "def"}), 4);
    EXPECT_TRUE(contains(out.str(), "\n  -integer\n  +bigint\n")) << out.str();
    EXPECT_EQ(run({"drift", "--tenant", "abc"}), 0);
    EXPECT_EQ(run({"drift", "--json"}), 4);
    EXPECT_EQ(
        out.str(),
        R"({"compared":3,"drifted":1,"groups":[{"tenants":["def"],)"
        R"("level":"1 of 1 file, the last: 002.sql","expected":"the schema of 2 of 3 tenants",)"
        R"("lacksSchema":false,"differences":[{"deviation":"changed","kind":"column","name":"t.a",)"
        R"("expected":"integer","found":"bigint"}]}],"notCompared":[]})"
        "\n"
    );
    database.add_bad_tenant({"x y", "row 4: invalid name", nullptr});
    database.schemas().objects["def"] = {{"column", "t.a", "integer"}};
    EXPECT_EQ(run({"drift"}), 1);
    EXPECT_TRUE(contains(out.str(), "row 4: invalid name")) << out.str();
    database.schemas().failure = "no catalog";
    EXPECT_EQ(run({"drift"}), 1);
    EXPECT_TRUE(contains(err.str(), "no catalog")) << err.str();
}

TEST_F(ReadCommands, TenantFilesAreNotPendingBeforeTheFirstTenant) {
    source.write(MigrationType::TenantMigration, "tenants", "002.sql", "x");
    for (const char* command : {"status", "plan"}) {
        SCOPED_TRACE(command);
        EXPECT_EQ(run({command, "--exit-code"}), 0);
    }
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(run({"status", "--exit-code"}), 0);
    database.add_tenant("north");
    EXPECT_EQ(run({"status", "--exit-code"}), 3);
}

TEST_F(ReadCommands, PlanShowsPhasesInOrder) {
    write_files();
    source.write(MigrationType::SingleMigration, "ref", "004.sql", "x");
    EXPECT_EQ(run({"plan"}), 0);
    EXPECT_EQ(
        out.str(),
        "apply would run 6 files:\n"
        "  migrations: 2 single files; 2 tenant files × 2 tenants = 4 executions\n"
        "  scripts:    1 single file; 1 tenant file × 2 tenants = 2 executions\n"
        "Phase 1, for single schemas:\n"
        "  single migration  /migrations/ref/001.sql\n"
        "Phase 2, for the tenants:\n"
        "  tenant migration  /migrations/tenants/002.sql  (2 tenants)\n"
        "  tenant migration  /migrations/tenants/003.sql  (2 tenants)\n"
        "Phase 3, for single schemas:\n"
        "  single migration  /migrations/ref/004.sql\n"
        "  single script     /migrations/config-scripts/s.sql\n"
        "Phase 4, for the tenants:\n"
        "  tenant script     /migrations/tenants-scripts/t.sql  (2 tenants)\n"
    );
    EXPECT_EQ(database.runs_begun(), 0U);
}

TEST_F(ReadCommands, PlanNamesProblems) {
    write_files();
    database.add_problem(tenant_1.file, "line 3: COMMIT ends the run's transaction: remove it");
    EXPECT_EQ(run({"plan"}), 0);
    EXPECT_TRUE(contains(
        out.str(),
        "1 problem would stop the run:\n  /migrations/tenants/002.sql\n    line 3: COMMIT ends"
    )) << out.str();
    EXPECT_EQ(run({"plan", "--exit-code"}), 1);
}

TEST_F(ReadCommands, PlanSqlIsNothingButSqlOnStandardOutput) {
    write_files();
    database.add_problem(tenant_1.file, "line 3: COMMIT");
    EXPECT_EQ(run({"plan", "--sql"}), 0);
    EXPECT_TRUE(contains(out.str(), "create table abc.t ();")) << out.str();
    EXPECT_TRUE(contains(out.str(), "create table def.t ();")) << out.str();
    EXPECT_FALSE(contains(out.str(), "Phase")) << out.str();
    EXPECT_FALSE(contains(out.str(), "COMMIT")) << out.str();
    EXPECT_TRUE(contains(err.str(), "line 3: COMMIT")) << err.str();
}

TEST_F(ReadCommands, PlanOfNothing) {
    EXPECT_EQ(run({"plan", "--exit-code"}), 0);
    EXPECT_EQ(out.str(), "Nothing is pending.\n");
}

TEST_F(ReadCommands, ValidateSaysThatAllIsFine) {
    write_files();
    EXPECT_EQ(run({"validate"}), 0);
    EXPECT_EQ(out.str(), "Configuration, 5 files and checksums are valid.\n");
    EXPECT_EQ(run({"validate", "--quiet"}), 0);
    EXPECT_EQ(out.str(), "");
}

TEST_F(ReadCommands, ValidateFailsByWhatIsWrong) {
    write_files();
    database.add_problem(single.file, "line 1: VACUUM refuses a transaction");
    EXPECT_EQ(run({"validate"}), 1);
    EXPECT_TRUE(contains(out.str(), "VACUUM")) << out.str();
    EXPECT_FALSE(contains(out.str(), "are valid")) << out.str();

    database.record(single, "ref");
    source.write(MigrationType::SingleMigration, "ref", "001.sql", "edited");
    EXPECT_EQ(run({"validate"}), 4);
    EXPECT_TRUE(contains(out.str(), "migrator accept /migrations/ref/001.sql")) << out.str();

    unknown_keys = {"line 3: unknown key 'prot', did you mean 'port'?"};
    EXPECT_EQ(run({"validate"}), 2);
    EXPECT_TRUE(contains(err.str(), "error: line 3: unknown key 'prot'")) << err.str();
    EXPECT_EQ(logged, "") << "an error that is shown is no warning, too";
    EXPECT_EQ(run({"status"}), 0) << "only validate fails on them";
    EXPECT_TRUE(contains(logged, "unknown key 'prot'")) << logged;
}

TEST_F(ReadCommands, ValidateFailsOnUnsetVariables) {
    unset_variables = {"migrator.yaml:3: setRole: the environment variable ROLE is not set"};
    EXPECT_EQ(run({"validate"}), 2);
    EXPECT_TRUE(contains(err.str(), "error: migrator.yaml:3: setRole")) << err.str();
    EXPECT_EQ(logged, "");
    EXPECT_EQ(run({"validate", "--json"}), 2);
    EXPECT_TRUE(contains(out.str(), "unsetVariables")) << out.str();
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_TRUE(contains(logged, "ROLE is not set")) << logged;
    logged.clear();
    EXPECT_EQ(run({"validate", "--offline"}), 0) << "it has no secrets";
    EXPECT_TRUE(contains(logged, "ROLE is not set")) << logged;
}

TEST_F(ReadCommands, TenantsAreOneALine) {
    EXPECT_EQ(run({"tenants"}), 0);
    EXPECT_EQ(out.str(), "");
    EXPECT_TRUE(contains(err.str(), "migrator create-tenant")) << err.str();
    database.add_tenant("b");
    database.add_tenant("a");
    EXPECT_EQ(run({"tenants"}), 0);
    EXPECT_EQ(out.str(), "b\na\n");
    EXPECT_EQ(err.str(), "");
}

TEST_F(ReadCommands, RowsThatAreNoTenantsAreNamedApart) {
    database.add_tenant("a");
    database.add_bad_tenant(
        {.tenant = "", .message = "tenantSelect gave an empty name (row 2 of 2)"}
    );
    EXPECT_EQ(run({"tenants"}), 0);
    EXPECT_EQ(out.str(), "a\n");
    EXPECT_EQ(err.str(), "tenantSelect gave an empty name (row 2 of 2)\n");
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_TRUE(contains(
        out.str(),
        "Unusable: 1 entry of the tenant list\n  tenantSelect gave an empty name (row 2 of 2)\n"
    )) << out.str();
    EXPECT_EQ(run({"validate"}), 1);
    EXPECT_EQ(run({"plan"}), 0);
    EXPECT_TRUE(contains(out.str(), "1 problem would stop the run")) << out.str();
}

TEST_F(ReadCommands, VersionsAreNewestFirstAndWholeInAPipe) {
    write_files();
    for (int i = 0; i < 25; ++i) database.record(single, "ref");
    EXPECT_EQ(run({"versions"}), 0);
    EXPECT_TRUE(out.str().starts_with("    25  2026-11-22T12:04:02Z  v25\n    24  ")) << out.str();
    EXPECT_TRUE(out.str().ends_with("     1  2026-11-22T12:04:02Z  v1\n")) << out.str();
    out_is_terminal = true;
    no_color = true;
    EXPECT_EQ(run({"versions"}), 0);
    EXPECT_TRUE(contains(out.str(), "… and 5 more")) << out.str();
}

TEST_F(ReadCommands, AVersionShowsItsFiles) {
    write_files();
    run({"apply", "--name", "v1"});
    EXPECT_EQ(run({"versions", "1"}), 0);
    EXPECT_TRUE(out.str().starts_with("Version 1 \"v1\" of 2026-11-22T12:04:02Z: 8 executions\n"))
        << out.str();
    EXPECT_TRUE(contains(out.str(), "  tenant migration  /migrations/tenants/002.sql  for def\n"))
        << out.str();
    EXPECT_EQ(run({"versions", "9"}), 1);
    EXPECT_TRUE(contains(err.str(), "version 9 does not exist")) << err.str();
}

TEST_F(ReadCommands, WaitReturnsWhenTheDatabaseAnswers) {
    EXPECT_EQ(run({"wait"}), 0);
    EXPECT_EQ(out.str(), "The database accepts connections.\n");
}

TEST_F(ReadCommands, WaitGivesUpAndSaysWhy) {
    database.break_connection("password authentication failed for user \"app\"");
    EXPECT_EQ(run({"wait", "--timeout", "0"}), 1);
    EXPECT_EQ(
        err.str(),
        "error: could not connect to the database within 0 ms: password authentication failed for "
        "user \"app\"\n"
    );
}

TEST_F(ReadCommands, WaitEndsAtCtrlC) {
    database.break_connection("down");
    interrupted.request_stop();
    EXPECT_EQ(run({"wait", "--timeout", "1h"}), 130);
}

TEST_F(ReadCommands, ConfigPrintsTheRedactedText) {
    EXPECT_EQ(run({"config"}), 0);
    EXPECT_EQ(out.str(), "driver: postgres\n");
}

TEST_F(ReadCommands, TheConfigurationAndItsOverridesReachTheBackend) {
    default_path = "/env.yaml";
    run({"tenants", "--set", "port=1"});
    EXPECT_EQ(opened_path, "/env.yaml");
    EXPECT_EQ(opened_overrides, (std::map<std::string, std::string>{{"port", "1"}}));
}

TEST_F(ReadCommands, AWrongConfigurationIsExitCodeTwo) {
    on_open = [] {
        throw Error(ErrorKind::Configuration, "open migrator.yaml: no such file or directory");
    };
    EXPECT_EQ(run({"status"}), 2);
    EXPECT_TRUE(contains(err.str(), "error: open migrator.yaml: no such file or directory\n"));
    EXPECT_TRUE(contains(err.str(), "--config FILE")) << err.str();
    EXPECT_EQ(run({"status", "-c", "migrator.yaml"}), 2);
    EXPECT_FALSE(contains(err.str(), "hint:")) << err.str();
}

TEST_F(ReadCommands, WrongUsageIsExitCodeTwoAndOpensNothing) {
    on_open = [] { FAIL() << "opened"; };
    EXPECT_EQ(run({"aply"}), 2);
    EXPECT_EQ(
        err.str(),
        "error: unknown command 'aply'; did you mean 'apply'?\n"
        "hint: `migrator --help` lists the commands and options\n"
    );
    EXPECT_EQ(out.str(), "");
}

TEST_F(ReadCommands, WithoutACommandTheServiceRuns) {
    serve_code = 7;
    EXPECT_EQ(run({"-configFile", "x.yaml"}), 7);
    EXPECT_EQ(served_path, "x.yaml");
    EXPECT_EQ(run({"serve", "--set", "port=1"}), 7);
    EXPECT_EQ(served_path, "migrator.yaml");
    EXPECT_EQ(opened_overrides.at("port"), "1");
    EXPECT_EQ(opened_path, "");
}

TEST_F(ReadCommands, AnUnexpectedFailureIsLoggedAndShownAsInternal) {
    on_open = [] { throw std::runtime_error("details for the log"); };
    EXPECT_EQ(run({"status"}), 1);
    EXPECT_TRUE(contains(logged, "details for the log")) << logged;
    EXPECT_TRUE(contains(err.str(), "error: internal error")) << err.str();
    EXPECT_FALSE(contains(err.str(), "details")) << err.str();
}

TEST_F(ReadCommands, OutputThatCannotBeWrittenIsAFailure) {
    out.setstate(std::ios::badbit);
    EXPECT_EQ(run({"tenants"}), 1);
    EXPECT_TRUE(contains(err.str(), "could not write to standard output")) << err.str();
}

}  // namespace
}  // namespace migrator::cli::test
