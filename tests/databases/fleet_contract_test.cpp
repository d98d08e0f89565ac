// Tenants one by one: order, parallelism, failures, tries.
#include <algorithm>
#include <atomic>

#include "core/error.hpp"
#include "databases/fleet_test.hpp"

namespace migrator::test {
namespace {

class Fleet : public FleetTest {};

TEST_P(Fleet, BringsEveryTenantUpInOneVersion) {
    add_tenants(20);
    project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
    project().write("stores/003_b.sql", "insert into {schema}.a values (1);");
    const auto outcome = project().apply();
    EXPECT_TRUE(outcome.failures.empty());
    EXPECT_EQ(outcome.summary.tenant_migrations, 2);
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 40);
    ASSERT_TRUE(outcome.summary.fleet.has_value());
    EXPECT_EQ(outcome.summary.fleet->tenants_done, 20);
    EXPECT_EQ(rows_of("003_b.sql"), "20");
    EXPECT_EQ(count("(select distinct version_id from migrator.migrator_migrations) v"), "2");
    EXPECT_EQ(states(), "");
    EXPECT_TRUE(project().apply().files.empty());
}

TEST_P(Fleet, BeginsAPhaseOfSingleFilesWhenNoTenantIsInWork) {
    add_tenants(12);
    project().write("catalog/002_log.sql", "create table {schema}.log (x integer);");
    project().write("stores/003_a.sql", "insert into catalog.log values (1);");
    project().write(
        "catalog/004_count.sql",
        "do $$ begin if (select count(*) from catalog.log) <> 12 then raise 'too early'; end if; "
        "end $$;"
    );
    project().write("stores/005_b.sql", "insert into catalog.log values (2);");
    project().write(
        "catalog/006_count.sql",
        "do $$ begin if (select count(*) from catalog.log) <> 24 then raise 'too early'; end if; "
        "end $$;"
    );
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.summary.single_migrations, 3);
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 24);
    EXPECT_EQ(states(), "");
}

TEST_P(Fleet, WorksForSeveralTenantsAtOnce) {
    add_tenants(4);
    // Each waits until all four are there: with fewer workers it would never end. A sequence counts
    // outside of transactions.
    project().execute("create sequence public.arrived");
    project().write(
        "stores/002_meet.sql",
        "do $$ begin perform nextval('public.arrived'); for i in 1..3000 loop exit when (select "
        "last_value from public.arrived) = 4; perform pg_sleep(0.01); if i = 3000 then raise "
        "'alone'; end if; end loop; end $$;"
    );
    EXPECT_TRUE(project().apply().failures.empty());
}

TEST_P(Fleet, RollsBackAFailedTenantAloneAndLeavesItOutFromThenOn) {
    add_tenants(10);
    project().database.max_failures = {.value = 1};
    project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
    project().write(
        "stores/003_b.sql",
        "insert into {schema}.a values (1);\ninsert into {schema}.a select 1 / (case '{schema}' "
        "when "
        "'t003' then 0 else 1 end);"
    );
    project().write("catalog/004_single.sql", "create table {schema}.s (x integer);");
    project().write("stores/005_c.sql", "create table {schema}.c (x integer);");
    const auto outcome = project().apply();
    ASSERT_EQ(outcome.failures.size(), 1U);
    const TenantFailure& failure = outcome.failures.front();
    EXPECT_EQ(failure.tenant, "t003");
    EXPECT_TRUE(failure.file.ends_with("/003_b.sql")) << failure.file;
    EXPECT_EQ(failure.statement, 2);
    EXPECT_EQ(failure.sqlstate, "22012");
    EXPECT_TRUE(failure.message.starts_with("SQL migration ")) << failure.message;
    EXPECT_EQ(outcome.summary.fleet->tenants_done, 9);
    EXPECT_EQ(outcome.summary.fleet->tenants_failed, 1);
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 27);
    EXPECT_EQ(rows_of("004_single.sql"), "1");
    EXPECT_EQ(count("migrator.migrator_migrations where db_schema = 't003'"), "0");
    EXPECT_EQ(count("pg_tables where schemaname = 't003'"), "0");
    EXPECT_EQ(states(), "t003 failed 003_b.sql");
    const auto unfinished = project().open()->inspection().status().unfinished;
    ASSERT_EQ(unfinished.size(), 1U);
    EXPECT_NE(unfinished[0].message.find("division by zero"), std::string::npos);

    project().write("stores/003_b.sql", "insert into {schema}.a values (2);");
    project().execute("update migrator.migrator_migrations set checksum = null");
    const auto second = project().apply();
    EXPECT_EQ(second.summary.tenant_migrations_total, 3);
    EXPECT_EQ(second.summary.single_migrations, 0);
    EXPECT_EQ(states(), "");
    EXPECT_EQ(project().value("select sum(x) from t003.a"), "2");
}

TEST_P(Fleet, StopsWhenMoreFailThanAllowedAndTheNextRunCompletes) {
    add_tenants(20);
    project().database.parallelism = 1;
    project().write("stores/002_a.sql", "select 1 / 0;");
    project().write("catalog/003_single.sql", "create table {schema}.s (x integer);");
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.summary.fleet->tenants_skipped, 19);
    EXPECT_EQ(outcome.summary.version_id, 0) << "there is no version without rows";
    EXPECT_EQ(count("migrator.migrator_versions"), "1");
    EXPECT_EQ(rows_of("003_single.sql"), "0") << "a phase after too many failures";
    EXPECT_EQ(count("migrator.migrator_tenant_state where state = 'planned'"), "20")
        << "19 tenants and the single files";
    project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 20);
    EXPECT_EQ(states(), "");
}

TEST_P(Fleet, TakesMaxFailuresAsAShareOfTheTenantsAtWork) {
    add_tenants(10);
    project().database.max_failures = {.value = 20, .is_percent = true};
    project().write(
        "stores/002_a.sql", "select 1 / (case when '{schema}' <= 't002' then 0 else 1 end);"
    );
    const auto outcome = project().apply();
    EXPECT_EQ(outcome.failures.size(), 2U);
    EXPECT_EQ(outcome.summary.fleet->tenants_skipped, 0);
}

TEST_P(Fleet, TriesATenantAgainWhenALockWasNotFree) {
    add_tenants(5);
    project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
    project().apply();
    project().write("stores/003_b.sql", "alter table {schema}.a add column y integer;");
    project().database.ddl_lock_timeout = std::chrono::milliseconds(20);
    auto intruder = std::make_unique<Intruder>(project(), "t002.a");
    std::atomic<int> tries = 0;
    on_log("next attempt in", [&] {
        if (++tries == 2) intruder.reset();
    });
    const auto outcome = project().apply();
    EXPECT_TRUE(outcome.failures.empty());
    EXPECT_EQ(tries, 2);
    EXPECT_EQ(outcome.summary.fleet->retries, 2);
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 5);
}

/// Each transaction counts migrator's rows and the shared ones, and adds some.
TEST_P(Fleet, TenantsThatCollideAreTriedAgainOneByOne) {
    add_tenants(40);
    project().database.data_source += "?default_transaction_isolation=serializable";
    project().database.parallelism = 8;
    project().execute("create table catalog.shared (n bigint)");
    project().write(
        "stores/002_a.sql", "insert into catalog.shared select count(*) from catalog.shared;"
    );
    const auto outcome = project().apply();
    EXPECT_TRUE(outcome.failures.empty()) << outcome.failures[0].message;
    EXPECT_EQ(count("(select distinct n from catalog.shared) as numbers"), "40");
}

TEST_P(Fleet, GivesUpOnATenantWhoseLockIsNeverFree) {
    add_tenants(5);
    project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
    project().apply();
    project().write("stores/003_b.sql", "alter table {schema}.a add column y integer;");
    project().database.ddl_lock_timeout = std::chrono::milliseconds(20);
    project().database.retries = 1;
    project().database.max_failures = {.value = 1};
    const Intruder intruder(project(), "t002.a");
    const auto outcome = project().apply();
    ASSERT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.failures[0].tenant, "t002");
    EXPECT_EQ(outcome.failures[0].sqlstate, "55P03");
    EXPECT_EQ(outcome.summary.fleet->tenants_done, 4);
    EXPECT_EQ(outcome.summary.fleet->retries, 1);
}

TEST_P(Fleet, RunsFilesWithoutATransactionForEachTenant) {
    add_tenants(6);
    project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
    project().write(
        "stores/003_b.sql",
        "-- migrator:no-transaction\ncreate index concurrently a_x on {schema}.a (x);"
    );
    project().write("stores/004_c.sql", "insert into {schema}.a values (1);");
    const auto outcome = project().apply();
    EXPECT_TRUE(outcome.failures.empty());
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 18);
    EXPECT_EQ(count("pg_indexes where indexname = 'a_x'"), "6");
    EXPECT_EQ(states(), "");
}

TEST_P(Fleet, TellsAFailedSingleFileAsAFailureOfTheRun) {
    add_tenants(3);
    project().database.max_failures = {.value = 1};
    project().write(
        "stores/002_a.sql", "select 1 / (case when '{schema}' = 't002' then 0 else 1 end);"
    );
    project().write("catalog/003_bad.sql", "select nowhere;");
    try {
        project().apply();
        FAIL() << "no error";
    } catch (const Error& error) {
        const std::string text = error.what();
        EXPECT_EQ(error.kind(), ErrorKind::MigrationFailed);
        EXPECT_NE(text.find("/003_bad.sql failed with error"), std::string::npos) << text;
        EXPECT_NE(
            text.find("1 of 3 tenants had already failed, the first: t002"), std::string::npos
        ) << text;
        EXPECT_NE(text.find("2 of 4 executions are committed"), std::string::npos) << text;
    }
    EXPECT_EQ(states(), " failed 003_bad.sql, t002 failed 002_a.sql");
}

TEST_P(Fleet, StopsBehindTheTenantsInWorkWhenItIsCancelled) {
    add_tenants(10);
    project().database.parallelism = 2;
    project().write(
        "stores/002_a.sql", "create table {schema}.a (x integer); select pg_sleep(0.05);"
    );
    std::stop_source stop;
    try {
        project().open()->create_version(
            {.version_name = "cancelled",
             .progress =
                 [&](const Progress& progress) {
                     if (progress.file == "002_a.sql") stop.request_stop();
                 },
             .stop = stop.get_token()}
        );
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Cancelled) << error.what();
    }
    const std::string done = rows_of("002_a.sql");
    EXPECT_TRUE(done == "1" || done == "2") << done;
    EXPECT_EQ(count("pg_tables where tablename = 'a'"), done);
    project().apply();
    EXPECT_EQ(rows_of("002_a.sql"), "10");
    EXPECT_EQ(states(), "");
}

MIGRATOR_ON_DATABASE(Fleet, "Postgresql");

}  // namespace
}  // namespace migrator::test
