// MariaDB: several workers, one of which loses its connection, or the run its lock.
#include "databases/mariadb_fleet_test.hpp"
#include "support/cutting_proxy.hpp"

namespace migrator::test {
namespace {

class MariadbFleetLost : public MariadbFleetTest {};

TEST_P(MariadbFleetLost, ALostWorkerCostsItsTenantAlone) {
    add_tenants(8);
    write_gated("002_a");
    project().database.max_failures = {.value = 1};
    close_gates(8);
    Running run(*this);
    wait_until([&] { return waiting().size() == 4; });
    const std::string killed = holder("migrator-2");
    db::sql::execute(*watcher_, "kill " + killed);
    // It goes on with another tenant, over a new connection with the same lock.
    wait_until([&] { return holder("migrator-2") != killed && waits("migrator-2"); });
    open_gates();
    const End end = run.get();
    ASSERT_TRUE(end.outcome) << end.text;
    ASSERT_EQ(end.outcome->failures.size(), 1U);
    EXPECT_EQ(end.outcome->summary.fleet->tenants_done, 7);
    EXPECT_EQ(end.outcome->summary.fleet->retries, 0) << "its first statement stays";
    EXPECT_EQ(end.outcome->summary.tenant_migrations_total, 7);
    const auto unfinished = project().open()->inspection().status().unfinished;
    ASSERT_EQ(unfinished.size(), 1U);
    EXPECT_EQ(unfinished[0].tenant, end.outcome->failures[0].tenant);
    EXPECT_EQ(unfinished[0].state, "running") << "what is in doubt is still named";

    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 1);
    expect_all_done(8, "002_a");
}

/// The server may come to the end of what it was sent, or not: the rows tell.
TEST_P(MariadbFleetLost, AWorkerWhoseAnswerIsLostLooksWhatIsRecorded) {
    add_tenants(8);
    const std::string url = project().database.data_source;
    const auto port = static_cast<std::uint16_t>(std::stoi(ask("select @@port")));
    project().database.max_failures = {.value = 1};
    for (const auto cut : {CuttingProxy::Cut::BeforeServer, CuttingProxy::Cut::AfterServer}) {
        const std::string name = cut == CuttingProxy::Cut::BeforeServer ? "002_a" : "003_b";
        SCOPED_TRACE(name);
        project().execute("update catalog.gates set passed = 0");
        project().write(
            "stores/" + name + ".sql",
            "update catalog.gates set passed = passed + 1 where tenant = '{schema}';"
        );
        // The first session waits at its gate while another one comes to t005.
        close_gates(4);
        CuttingProxy proxy(port, "tenant = 't005'", "tenant = 't005'", cut);
        const auto colon = url.rfind(':', url.find(")/"));
        project().database.data_source =
            url.substr(0, colon + 1) + std::to_string(proxy.port()) + url.substr(url.find(")/"));
        Running run(*this);
        const std::string first = tenant_at("migrator-64");
        for (int i = 1; i <= 4; ++i) {
            if (tenant(i) != first) gates_.erase(tenant(i));
        }
        wait_until([&] { return count("catalog.gates where passed = 1") >= "6"; });
        open_gates();
        const End end = run.get();
        project().database.data_source = url;
        EXPECT_TRUE(proxy.has_cut());
        ASSERT_TRUE(end.outcome) << end.text;
        const std::string recorded = count(
            "migrator.migrator_migrations where db_schema = 't005' and name = '" + name + ".sql'"
        );
        EXPECT_EQ(ask("select passed from catalog.gates where tenant = 't005'"), recorded);
        EXPECT_EQ(end.outcome->failures.size(), recorded == "1" ? 0U : 1U);
        EXPECT_EQ(end.outcome->summary.tenant_migrations_total, recorded == "1" ? 8 : 7);
        EXPECT_TRUE(cut == CuttingProxy::Cut::AfterServer || recorded == "0");
        project().apply();
        expect_all_done(8, name);
    }
}

TEST_P(MariadbFleetLost, AWorkerWhoseConnectionBrokeWhileItWasIdleGoesOn) {
    add_tenants(4);
    write_gated("002_a");
    project().write("catalog/003_single.sql", "update {schema}.gates set passed = passed;");
    project().write("stores/004_b.sql", "create table {schema}.b (x integer);");
    close_gates(4);
    Running run(*this);
    wait_until([&] { return waiting().size() == 4; });
    const std::string idle = holder("migrator-1");
    // All but the first come to their end, and wait for the next phase.
    const std::string at = tenant_at("migrator-64");
    for (int i = 1; i <= 4; ++i) {
        if (tenant(i) != at) gates_.erase(tenant(i));
    }
    wait_until([&] {
        return count("migrator.migrator_tenant_state where state = 'running'") == "1";
    });
    db::sql::execute(*watcher_, "kill " + idle);
    wait_until([&] { return count("information_schema.processlist where id = " + idle) == "0"; });
    open_gates();
    const End end = run.get();
    ASSERT_TRUE(end.outcome) << end.text;
    EXPECT_EQ(end.outcome->summary.tenant_migrations_total, 8);
    expect_all_done(4, "002_a");
}

TEST_P(MariadbFleetLost, TheLossOfTheLockEndsAllWorkers) {
    add_tenants(8);
    write_gated("002_a");
    close_gates(8);
    Running run(*this);
    wait_until([&] { return waiting().size() == 4; });
    db::sql::execute(*watcher_, "kill " + holder("migrator"));
    const End end = run.get();  // while the gates are closed
    EXPECT_FALSE(end.outcome);
    EXPECT_EQ(end.kind, ErrorKind::Locked) << end.text;
    EXPECT_EQ(count("migrator.migrator_migrations where name = '002_a.sql'"), "0");
    open_gates();
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 8);
    expect_all_done(8, "002_a");
}

TEST_P(MariadbFleetLost, TheLossOfTheLockEndsAllWorkersWhenOneIsIdle) {
    add_tenants(4);
    write_gated("002_a");
    close_gates(4);
    Running run(*this);
    wait_until([&] { return waiting().size() == 4; });
    const std::string idle = holder("migrator-64");
    gates_.erase(tenant_at("migrator-64"));
    wait_until([&] {
        return ask("select command from information_schema.processlist where id = " + idle) ==
               "Sleep";
    });
    db::sql::execute(*watcher_, "kill " + holder("migrator"));
    const End end = run.get();
    EXPECT_FALSE(end.outcome);
    EXPECT_EQ(end.kind, ErrorKind::Locked) << end.text;
    EXPECT_NE(end.text.find("holds the migration lock was lost"), std::string::npos) << end.text;
    open_gates();
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 3);
    expect_all_done(4, "002_a");
}

MIGRATOR_ON_DATABASE(MariadbFleetLost, "Mariadb");

}  // namespace
}  // namespace migrator::test
