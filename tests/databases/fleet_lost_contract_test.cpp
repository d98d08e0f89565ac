// Tenants one by one, while connections break and others want to run, too.
#include <atomic>
#include <thread>

#include "core/error.hpp"
#include "databases/fleet_test.hpp"
#include "support/cutting_proxy.hpp"

namespace migrator::test {
namespace {

class FleetLost : public FleetTest {
protected:
    void go_through(const CuttingProxy& proxy) {
        std::string& url = project().database.data_source;
        const auto at = url.find('@') + 1;
        url.replace(at, url.find('/', at) - at, "127.0.0.1:" + std::to_string(proxy.port()));
    }
    std::uint16_t server_port() {
        const std::string& url = project().database.data_source;
        return static_cast<std::uint16_t>(std::stoi(url.substr(url.find(':', url.find('@')) + 1)));
    }
    void expect_all_done(int tenants) {
        EXPECT_EQ(rows_of("002_a.sql"), std::to_string(tenants));
        EXPECT_EQ(count("pg_tables where tablename = 'a'"), std::to_string(tenants));
        EXPECT_EQ(states(), "");
    }
};

TEST_P(FleetLost, ConnectionOfOneWorkerCostsItsTenantATry) {
    add_tenants(8);
    project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
    std::atomic<bool> done = false;
    const auto instance = project().open();
    const auto outcome = instance->create_version(
        {.version_name = "one connection lost",
         .progress =
             [&](const Progress& progress) {
                 if (progress.phase != "recording" || done.exchange(true)) return;
                 project().execute(
                     "select pg_terminate_backend(pid) from pg_stat_activity where datname = "
                     "current_database() and state = 'idle in transaction' and query not like "
                     "'%7883946363647717234%' and query <> '' and pid <> pg_backend_pid()"
                 );
             }}
    );
    EXPECT_TRUE(done);
    EXPECT_TRUE(outcome.failures.empty());
    EXPECT_GE(outcome.summary.fleet->retries, 1);
    expect_all_done(8);
}

TEST_P(FleetLost, CommitThatTookPlaceIsNotRepeated) {
    add_tenants(8);
    project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
    const std::string direct = project().database.data_source;
    for (const auto cut : {CuttingProxy::Cut::AfterServer, CuttingProxy::Cut::BeforeServer}) {
        SCOPED_TRACE(cut == CuttingProxy::Cut::AfterServer ? "took place" : "did not");
        const CuttingProxy proxy(
            server_port(), "insert into migrator.migrator_migrations", "commit", cut
        );
        go_through(proxy);
        const auto outcome = project().apply();
        project().database.data_source = direct;
        EXPECT_TRUE(proxy.has_cut());
        EXPECT_TRUE(outcome.failures.empty());
        EXPECT_EQ(outcome.summary.fleet->tenants_done, 8);
        expect_all_done(8);
        project().execute("delete from migrator.migrator_migrations where name = '002_a.sql'");
        project().execute(
            "do $$ begin for i in 1..8 loop execute format('drop table t00%s.a', i); "
            "end loop; end $$"
        );
        project().execute(
            "insert into migrator.migrator_tenant_state (tenant, first_file, state) "
            "select name, '', 'planned' from migrator.migrator_tenants"
        );
    }
}

TEST_P(FleetLost, LockConnectionAloneEndsTheRun) {
    add_tenants(40);
    project().execute("create table public.gate (is_open boolean)");
    project().write(
        "stores/002_a.sql",
        "create table {schema}.a (x integer);\nselect pg_sleep(600) where '{schema}' > 't008' and "
        "not exists (select from public.gate);"
    );
    std::atomic<bool> done = false;
    const auto instance = project().open();
    try {
        instance->create_version(
            {.version_name = "lock lost",
             .progress =
                 [&](const Progress& progress) {
                     if (progress.phase != "applying" || done.exchange(true)) return;
                     project().execute(
                         "select pg_terminate_backend(pid) from pg_locks where locktype = "
                         "'advisory' and classid::bigint << 32 | objid::bigint = "
                         "7883946363647717234"
                     );
                 }}
        );
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::Locked) << error.what();
    }
    EXPECT_EQ(rows_of("002_a.sql"), count("pg_tables where tablename = 'a'"));
    EXPECT_NE(rows_of("002_a.sql"), "40");
    project().execute("insert into public.gate values (true)");
    project().apply();
    expect_all_done(40);
}

TEST_P(FleetLost, TwoRunsAtOnceDoEverythingOnce) {
    add_tenants(30);
    project().write("stores/002_a.sql", "create table {schema}.a (x integer);");
    std::atomic<int> tenants_done = 0;
    {
        std::vector<std::jthread> callers;
        for (int i = 0; i < 2; ++i) {
            callers.emplace_back([&] {
                try {
                    const auto outcome = project().apply();
                    tenants_done += static_cast<int>(outcome.summary.tenant_migrations_total);
                } catch (const std::exception& error) {
                    ADD_FAILURE() << error.what();
                }
            });
        }
    }
    EXPECT_EQ(tenants_done, 30);
    expect_all_done(30);
}

MIGRATOR_ON_DATABASE(FleetLost, "Postgresql");

}  // namespace
}  // namespace migrator::test
