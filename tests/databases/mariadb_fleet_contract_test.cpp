// MariaDB: tenants one by one by several workers, each with a connection and a lock of its own.
#include "databases/mariadb_fleet_test.hpp"

namespace migrator::test {
namespace {

class MariadbFleet : public MariadbFleetTest {};

TEST_P(MariadbFleet, WorksForSeveralTenantsAtOnce) {
    add_tenants(6);
    write_gated("002_a");
    close_gates(6);
    Running run(*this);
    wait_until([&] { return waiting().size() == 4; });
    EXPECT_EQ(count("migrator.migrator_tenant_state where state = 'running'"), "4");
    for (const char* lock : {"migrator-64", "migrator-1", "migrator-2", "migrator-3"}) {
        wait_until([&] { return waits(lock); });
    }
    EXPECT_FALSE(waits("migrator")) << "nothing is done on the session of the run's lock";
    EXPECT_EQ(holder("migrator-4"), "");
    open_gates();
    const End end = run.get();
    ASSERT_TRUE(end.outcome) << end.text;
    EXPECT_EQ(end.outcome->summary.fleet->tenants_done, 6);
    EXPECT_EQ(end.outcome->summary.tenant_migrations_total, 6);
    EXPECT_TRUE(end.outcome->notes.empty()) << end.outcome->notes[0];
    EXPECT_EQ(holder("migrator-1"), "");
    expect_all_done(6, "002_a");
}

TEST_P(MariadbFleet, StopsBehindTheTenantsInWorkWhenItIsCancelled) {
    add_tenants(8);
    write_gated("002_a");
    close_gates(8);
    std::stop_source stop;
    Running run(*this, stop.get_token());
    wait_until([&] { return waiting().size() == 4; });
    stop.request_stop();
    open_gates();
    const End end = run.get();
    EXPECT_FALSE(end.outcome);
    EXPECT_EQ(end.kind, ErrorKind::Cancelled) << end.text;
    EXPECT_EQ(count("catalog.gates where passed = 1"), "4");
    EXPECT_EQ(count("migrator.migrator_migrations where name = '002_a.sql'"), "4");
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 4);
    expect_all_done(8, "002_a");
}

TEST_P(MariadbFleet, ATenantThatFailsKeepsNobodyElseBack) {
    add_tenants(8);
    write_gated("002_a");
    project().write("catalog/003_single.sql", "create table {schema}.s (x integer);");
    project().write("stores/004_b.sql", "create table {schema}.b (x integer);");
    db::sql::execute(*watcher_, "create table t003.b (x integer)");
    project().database.max_failures = {.value = 1};
    const auto outcome = project().apply();
    ASSERT_EQ(outcome.failures.size(), 1U);
    EXPECT_EQ(outcome.failures[0].tenant, "t003");
    EXPECT_EQ(outcome.failures[0].sqlstate, "42S01");
    EXPECT_EQ(outcome.summary.tenant_migrations_total, 15);
    EXPECT_EQ(project().open()->inspection().status().unfinished.at(0).state, "failed");
    db::sql::execute(*watcher_, "drop table t003.b");
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 1);
    expect_all_done(8, "002_a");
    expect_all_done(8, "004_b");
}

/// The number of a statement tells nothing of the files of other tenants.
TEST_P(MariadbFleet, GoesOnAtAStatementForOneTenantAlone) {
    add_tenants(3);
    project().database.max_failures = {.value = 3};
    project().write(
        "stores/002_b.sql",
        "create table {schema}.b (x integer);\ninsert into {schema}.needed values (1);"
    );
    EXPECT_EQ(project().apply().failures.size(), 3U);
    create_in_all(3, "needed (x integer)");
    try {
        project().apply({.version_name = "all", .resume_at_statement = 2});
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::InvalidRequest);
        EXPECT_NE(
            std::string(error.what()).find("3 files are unfinished, in t001, t002, …"),
            std::string::npos
        ) << error.what();
    }
    EXPECT_EQ(count("t001.needed"), "0");
    const auto one = project().apply(
        {.version_name = "one", .tenants = {.names = {"t001"}}, .resume_at_statement = 2}
    );
    EXPECT_EQ(one.summary.tenant_migrations_total, 1);
    const auto rest = project().apply({.version_name = "rest", .resume_at_statement = 0});
    EXPECT_EQ(rest.summary.tenant_migrations_total, 2);
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(count(tenant(i) + ".needed"), "1");
}

TEST_P(MariadbFleet, TwoRunsAtOnceDoEverythingOnce) {
    add_tenants(9);
    write_gated("002_a");
    int done = 0;
    {
        Running first(*this);
        Running second(*this);
        for (auto* run : {&first, &second}) {
            const End end = run->get();
            ASSERT_TRUE(end.outcome) << end.text;
            done += static_cast<int>(end.outcome->summary.tenant_migrations_total);
        }
    }
    EXPECT_EQ(done, 9);
    expect_all_done(9, "002_a");
}

TEST_P(MariadbFleet, EachWorkerKnowsTheLockThatItHolds) {
    add_tenants(4);
    project().write(
        "stores/002_keeps.sql",
        "create procedure {schema}.p() do 1;\ncall {schema}.p();\nupdate catalog.gates set passed "
        "= "
        "1 where tenant = '{schema}';"
    );
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 4);
    expect_all_done(4, "002_keeps");
    project().write(
        "stores/003_frees.sql",
        "create procedure {schema}.q() do release_all_locks();\nupdate catalog.gates set passed = "
        "2 "
        "where tenant = '{schema}';\ncall {schema}.q();\n"
    );
    close_gates(4);
    Running run(*this);
    wait_until([&] { return waiting().size() == 4; });
    // One that holds the lock of a worker.
    gates_.erase(tenant_at("migrator-2"));
    wait_until([&] { return holder("migrator-2").empty(); });
    open_gates();
    const End end = run.get();
    EXPECT_EQ(end.kind, ErrorKind::Locked) << end.text;
    EXPECT_NE(end.text.find("the script released it"), std::string::npos) << end.text;
}

TEST_P(MariadbFleet, SaysWhenFewerWorkAtOnce) {
    add_tenants(3);
    project().database.parallelism = 100;
    write_gated("002_a");
    const auto many = project().apply();
    ASSERT_EQ(many.notes.size(), 1U);
    EXPECT_NE(many.notes[0].find("64 tenants were processed at a time"), std::string::npos)
        << many.notes[0];
    expect_all_done(3, "002_a");

    project().database.parallelism = 4;
    project().write(
        "stores/003_locks.sql",
        "lock tables {schema}.a write;\ninsert into {schema}.a values (1);\nunlock tables;"
    );
    const auto alone = project().apply();
    ASSERT_EQ(alone.notes.size(), 1U);
    EXPECT_NE(alone.notes[0].find("003_locks.sql locks tables"), std::string::npos)
        << alone.notes[0];
    EXPECT_EQ(alone.summary.tenant_migrations_total, 3);

    project().write("stores/004_b.sql", "create table {schema}.b (x integer);");
    const std::string before = ask("select @@global.max_connections");
    // Of the connections that are there the watcher is one; the run's own is another.
    db::sql::execute(*watcher_, "set global max_connections = 10");
    const auto few = [&] {
        try {
            project().database.parallelism = 20;
            return project().apply();
        } catch (...) {
            db::sql::execute(*watcher_, "set global max_connections = " + before);
            throw;
        }
    }();
    db::sql::execute(*watcher_, "set global max_connections = " + before);
    ASSERT_EQ(few.notes.size(), 1U);
    EXPECT_NE(few.notes[0].find("(max_connections)"), std::string::npos) << few.notes[0];
    EXPECT_EQ(few.summary.tenant_migrations_total, 3);
}

MIGRATOR_ON_DATABASE(MariadbFleet, "Mariadb");

}  // namespace
}  // namespace migrator::test
