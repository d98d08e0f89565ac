// Some of the tenants, in steps, and from many points of history.
#include <atomic>
#include <optional>

#include "core/error.hpp"
#include "databases/fleet_test.hpp"

namespace migrator::test {
namespace {

class FleetSelection : public FleetTest {
protected:
    coordinator::Outcome apply_for(const plan::Selection& tenants, bool reconcile = false) {
        return project().apply({.version_name = "some", .reconcile = reconcile, .tenants = tenants}
        );
    }
    /// Of the tenants that have `table`.
    std::string with_table(const std::string& table) {
        return project().value(
            "select string_agg(schemaname, ' ' order by schemaname) from pg_tables where tablename "
            "= '" +
            table + "'"
        );
    }
};

TEST_P(FleetSelection, TheOthersGetTheirFilesWithTheNextRun) {
    for (const auto atomicity : {db::Atomicity::Tenant, db::Atomicity::Version}) {
        const bool per_tenant = atomicity == db::Atomicity::Tenant;
        SCOPED_TRACE(per_tenant ? "tenant" : "version");
        project().database.atomicity = atomicity;
        const std::string table = per_tenant ? "a" : "b";
        if (per_tenant) add_tenants(4);
        project().write(
            "stores/00" + std::string(per_tenant ? "2" : "3") + "_x.sql",
            "create table {schema}." + table + " (x integer);"
        );
        const auto outcome = apply_for({.names = {"t002", "t*4"}});
        EXPECT_EQ(outcome.summary.tenants, 2);
        EXPECT_EQ(with_table(table), "t002 t004");
        EXPECT_EQ(states(), "t001 planned, t003 planned");
        EXPECT_EQ(project().apply().summary.tenant_migrations_total, 2);
        EXPECT_EQ(with_table(table), "t001 t002 t003 t004");
        EXPECT_EQ(states(), "");
    }
}

TEST_P(FleetSelection, ACanaryGetsAllPhasesAndTheNextRunTheRest) {
    add_tenants(6);
    project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
    project().write("catalog/003_single.sql", "create table {schema}.s (x integer);");
    project().write("stores/004_b.sql", "create table {schema}.b (x integer);");
    const auto canary = apply_for({.canary = Share{2}});
    EXPECT_EQ(canary.summary.fleet->tenants_done, 2);
    EXPECT_EQ(canary.summary.fleet->tenants_skipped, 4);
    EXPECT_EQ(with_table("b"), "t001 t002");
    EXPECT_EQ(rows_of("003_single.sql"), "1");
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 8);
    EXPECT_EQ(states(), "");
}

TEST_P(FleetSelection, EachWaveIsCompleteBeforeTheNext) {
    add_tenants(10);
    project().execute("create table public.seen (number serial, tenant text)");
    project().write("stores/002_a.sql", "insert into public.seen (tenant) values ('{schema}');");
    project().write("stores/003_b.sql", "insert into public.seen (tenant) values ('{schema}');");
    const auto outcome = apply_for({.canary = Share{1}, .waves = {{30, true}, {100, true}}});
    EXPECT_EQ(outcome.summary.fleet->tenants_done, 10);
    EXPECT_EQ(project().value("select max(number) from public.seen where tenant = 't001'"), "2");
    EXPECT_EQ(
        project().value("select max(number) from public.seen where tenant in ('t002', 't003')"), "6"
    );
}

TEST_P(FleetSelection, AWaveWithTooManyFailuresIsTheLast) {
    add_tenants(10);
    project().write(
        "stores/002_a.sql", "select 1 / (case '{schema}' when 't003' then 0 else 1 end);"
    );
    const auto outcome = apply_for({.canary = Share{2}, .waves = {{30, true}, {100, true}}});
    ASSERT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.summary.fleet->tenants_done, 2);
    EXPECT_EQ(outcome.summary.fleet->tenants_skipped, 7);
}

TEST_P(FleetSelection, AShareOfFailuresIsOfTheWavesSoFar) {
    add_tenants(10);
    project().write(
        "stores/002_a.sql", "select 1 / (case '{schema}' when 't001' then 0 else 1 end);"
    );
    // One of ten may fail; but not the only canary.
    project().database.max_failures = {.value = 10, .is_percent = true};
    const auto stopped = apply_for({.canary = Share{2}, .waves = {{100, true}}});
    EXPECT_EQ(stopped.failures.size(), 1U);
    EXPECT_GE(stopped.summary.fleet->tenants_skipped, 8);
    project().database.max_failures = {.value = 1};
    const auto all = apply_for({.canary = Share{2}, .waves = {{100, true}}});
    EXPECT_EQ(all.failures.size(), 1U);
    EXPECT_EQ(all.summary.fleet->tenants_skipped, 0);
}

TEST_P(FleetSelection, SyncOfSomeRecordsWhatTheyLack) {
    add_tenants(3);
    project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
    project().apply();
    add_tenants(3, 4);
    project().apply(
        {.version_name = "sync", .action = Action::Sync, .tenants = {.names = {"t004", "t006"}}}
    );
    EXPECT_EQ(rows_of("002_a.sql"), "5");
    const auto status = project().open()->inspection().status();
    EXPECT_EQ(status.unmanaged, std::vector<std::string>{"t005"});
    EXPECT_EQ(apply_for({.names = {"t005"}}, true).summary.tenant_migrations_total, 1);
    EXPECT_EQ(with_table("a"), "t001 t002 t003 t005");
}

TEST_P(FleetSelection, KnowsExactlyWhatEachTenantLacks) {
    add_tenants(6);
    for (const char* name : {"002", "003", "004", "005"}) {
        project().write("stores/" + std::string(name) + ".sql", "select 1;");
    }
    project().apply();
    const auto remove = [&](const std::string& tenant, const std::string& names) {
        project().execute(
            "delete from migrator.migrator_migrations where db_schema = '" + tenant +
            "' and name in (" + names + ")"
        );
    };
    remove("t002", "'003.sql'");
    remove("t003", "'002.sql', '005.sql'");
    remove("t004", "'002.sql'");
    project().execute(
        "insert into migrator.migrator_migrations (name, source_dir, filename, type, db_schema, "
        "version_id) select name, source_dir, filename, type, 't004', version_id from "
        "migrator.migrator_migrations where db_schema = 't001' and name = '004.sql'"
    );
    remove("t005", "'002.sql', '003.sql', '004.sql', '005.sql'");
    remove("t006", "'005.sql'");
    project().execute(
        "insert into migrator.migrator_tenant_state (tenant, first_file, state) values ('t001', "
        "'', "
        "'planned'), ('t006', '', 'failed')"
    );
    const auto fleet = project().open()->inspection().fleet({.limit = 10});
    std::string text;
    for (const auto& tenant : fleet.page) {
        text += tenant.tenant + " " + std::string(plan::name_of(tenant.standing));
        for (const std::string& file : tenant.missing) {
            text += " " + file.substr(file.rfind('/') + 1, 3);
        }
        text += "\n";
    }
    EXPECT_EQ(
        text,
        "t001 planned\n"
        "t002 lagging 003\n"
        "t003 lagging 002 005\n"
        "t004 lagging 002\n"
        "t005 unmanaged 002 003 004 005\n"
        "t006 failed 005\n"
    );
}

// Positions 1, 5, 6 and 2, 3, 7 have one sum, and one sum of squares.
TEST_P(FleetSelection, RowsThatAreThereTwiceStandForNoOtherFile) {
    add_tenants(3);
    for (int position = 1; position <= 8; ++position) {
        project().write("stores/10" + std::to_string(position) + ".sql", "select 1;");
    }
    project().apply();
    const auto twist = [&](const std::string& tenant, const std::string& twice) {
        const std::string rows =
            "from migrator.migrator_migrations where db_schema = '" + tenant + "' and name in ";
        project().execute("delete " + rows + "('101.sql', '105.sql', '106.sql')");
        project().execute(
            "insert into migrator.migrator_migrations (name, source_dir, filename, type, "
            "db_schema, version_id) select name, source_dir, filename, type, db_schema, "
            "version_id " +
            rows + "(" + twice + ")"
        );
    };
    twist("t001", "'102.sql', '103.sql', '107.sql'");
    twist("t002", "'102.sql', '103.sql'");
    std::string missing;
    for (const auto& tenant : project().open()->inspection().fleet({.limit = 10}).page) {
        missing += tenant.tenant + " " + std::to_string(tenant.missing.size()) + ", ";
    }
    EXPECT_EQ(missing, "t001 3, t002 3, t003 0, ");
}

// 100 tenants at 20 points of history, 3 of them broken on purpose, 2 locked by another session.
TEST_P(FleetSelection, BringsUpAFleetFromManyPointsOfHistory) {
    add_tenants(100);
    project().database.max_failures = {.value = 3};
    project().database.ddl_lock_timeout = std::chrono::milliseconds(20);
    std::string last;
    for (int file = 2; file <= 21; ++file) {
        last = project().write(
            fmt::format("stores/{:03}_f.sql", file),
            fmt::format("create table {{schema}}.f{} (x integer);", file)
        );
    }
    project().write("stores/022_alter.sql", "alter table {schema}.base add column y integer;");
    const std::string folder = last.substr(0, last.rfind('/'));
    project().execute(
        "do $$ begin for i in 1..100 loop execute format('create table t%s.base (x integer)', "
        "lpad(i::text, 3, '0')); for f in 2..(i % 20) + 1 loop execute format('create table "
        "t%s.f%s (x integer)', lpad(i::text, 3, '0'), f); insert into migrator.migrator_migrations "
        "(name, source_dir, filename, type, db_schema, version_id) values (lpad(f::text, 3, '0') "
        "|| "
        "'_f.sql', '" +
        folder + "', '" + folder +
        "/' || lpad(f::text, 3, '0') || '_f.sql', 2, 't' || lpad(i::text, 3, '0'), 1); end loop; "
        "end loop; end $$"
    );
    for (const char* broken : {"t010", "t045", "t099"}) {
        project().execute("create table " + std::string(broken) + ".f21 (in_the_way integer)");
    }
    auto one = std::make_optional<Intruder>(project(), "t050.base");
    auto two = std::make_optional<Intruder>(project(), "t051.base");
    std::atomic<int> tries = 0;
    on_log("next attempt in", [&] {
        if (++tries == 3) {
            one.reset();
            two.reset();
        }
    });
    // Tenants without any row come from outside: nobody knows whether they have their objects.
    const auto outcome = project().apply({.version_name = "all", .reconcile = true});
    log::redirect(nullptr);
    EXPECT_GE(tries, 3);
    EXPECT_EQ(outcome.summary.fleet->tenants_done, 97);
    EXPECT_EQ(outcome.summary.fleet->tenants_skipped, 0);
    std::string failed;
    for (const TenantFailure& failure : outcome.failures) {
        failed += failure.tenant + " ";
        EXPECT_TRUE(failure.file.ends_with("/021_f.sql")) << failure.file;
        EXPECT_EQ(failure.sqlstate, "42P07");
    }
    EXPECT_EQ(failed.size(), 15U) << failed;
    EXPECT_EQ(states(), "t010 failed 021_f.sql, t045 failed 021_f.sql, t099 failed 021_f.sql");
    EXPECT_EQ(rows_of("022_alter.sql"), "97");

    for (const char* broken : {"t010", "t045", "t099"}) {
        project().execute("drop table " + std::string(broken) + ".f21");
    }
    const auto second = project().apply();
    EXPECT_EQ(second.summary.fleet->tenants_done, 3);
    EXPECT_EQ(rows_of("022_alter.sql"), "100");
    EXPECT_EQ(
        count("(select distinct db_schema from migrator.migrator_migrations where version_id "
              "= 3) t"),
        "3"
    ) << "the second run touches only the three";
    EXPECT_EQ(states(), "");
    expect_effects_as_recorded();
}

MIGRATOR_ON_DATABASE(FleetSelection, "Postgresql");

/// Where tenants are worked for in groups.
class StepsInAFile : public ProjectTest {};

TEST_P(StepsInAFile, WavesAreRefused) {
    project().write("stores/001_a.sql", "create table {schema}.a (x integer);");
    for (const char* name : {"t001", "t002", "t003"}) {
        project().apply({.version_name = "new", .tenant = name});
    }
    project().write("stores/002_b.sql", "create table {schema}.b (x integer);");
    try {
        project().apply({.tenants = {.canary = Share{1}, .waves = {{100, true}}}});
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::InvalidRequest);
        EXPECT_NE(std::string(error.what()).find("groups of tenants"), std::string::npos)
            << error.what();
    }
    EXPECT_EQ(
        project().apply({.tenants = {.canary = Share{1}}}).summary.tenant_migrations_total, 1
    );
}

MIGRATOR_ON_DATABASE(StepsInAFile, "Sqlite");

}  // namespace
}  // namespace migrator::test
