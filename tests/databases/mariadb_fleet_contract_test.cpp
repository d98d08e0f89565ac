// MariaDB: tenants one by one by several workers, each with a connection and a lock of its own. A
// tenant's file waits at a gate, which is a row that the test has locked.
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "core/error.hpp"
#include "databases/project_test.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::test {
namespace {

class MariadbFleet : public ProjectTest {
protected:
    struct End {
        std::optional<coordinator::Outcome> outcome;  ///< nothing: it failed
        ErrorKind kind{};
        std::string text;
    };

    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().database.atomicity = db::Atomicity::Tenant;
        project().database.parallelism = 4;
        project().database.ddl_lock_timeout = std::chrono::minutes(10);
        project().write(
            "catalog/001_schema.sql",
            "create schema {schema};\ncreate table {schema}.gates (tenant varchar(50) primary key, "
            "passed integer not null) engine = InnoDB;"
        );
        project().apply();
        server_ = project().server().make_server(project().database);
        watcher_ = server_->connect();
    }
    void TearDown() override {
        gates_.clear();
        watcher_.reset();
        server_.reset();
        ProjectTest::TearDown();
    }

    static std::string tenant(int number) { return "t00" + std::to_string(number); }
    /// Tenants t001, t002, … with a schema and a gate, which is open.
    void add_tenants(int count) {
        for (int i = 1; i <= count; ++i) {
            db::sql::execute(*watcher_, "create schema " + tenant(i));
            project().execute(
                "insert into migrator.migrator_tenants (name) values ('" + tenant(i) + "')"
            );
            project().execute("insert into catalog.gates values ('" + tenant(i) + "', 0)");
        }
    }
    /// A file with DDL that waits at the tenant's gate.
    void write_gated(const std::string& name) {
        project().write(
            "stores/" + name + ".sql",
            "create table if not exists {schema}.a (x integer);\nupdate catalog.gates set passed = "
            "passed + 1 where tenant = '{schema}';"
        );
    }
    void close_gate(int number) {
        auto session = server_->connect();
        session->begin({});
        db::sql::execute(
            *session,
            "select passed from catalog.gates where tenant = '" + tenant(number) + "' for update"
        );
        gates_[tenant(number)] = std::move(session);
    }
    void close_gates(int count) {
        for (int i = 1; i <= count; ++i) close_gate(i);
    }
    void open_gates() { gates_.clear(); }

    /// An apply on a thread of its own. Opens the gates before it waits for its end.
    class Running {
    public:
        explicit Running(MariadbFleet& test, std::stop_token stop = {})
            : test_(test),
              end_(std::async(std::launch::async, [&test, stop] { return test.apply(stop); })) {}
        ~Running() { test_.open_gates(); }
        Running(Running&&) = delete;
        End get() { return end_.get(); }

    private:
        MariadbFleet& test_;
        std::future<End> end_;
    };
    End apply(std::stop_token stop = {}) {
        try {
            return {
                .outcome = project().apply({.version_name = "in parallel", .stop = stop}),
                .text = {}};
        } catch (const Error& error) {
            return {.outcome = {}, .kind = error.kind(), .text = error.what()};
        }
    }
    std::string ask(const std::string& sql) {
        const auto row = db::sql::query_row(*watcher_, sql);
        return row ? row->front().value_or("") : "";
    }
    std::string count(const std::string& from) { return ask("select count(*) from " + from); }
    void wait_until(const std::function<bool()>& holds) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
        while (!holds()) {
            if (std::chrono::steady_clock::now() > give_up) {
                throw std::runtime_error("waited in vain");
            }
            std::this_thread::yield();
        }
    }
    /// The server's sessions that wait at a gate.
    std::set<std::string> waiting() {
        std::set<std::string> ids;
        watcher_->query(
            "select id from information_schema.processlist where info like 'update catalog.gates%'",
            {},
            [&](const db::sql::Row& row) { ids.insert(row.at(0).value()); }
        );
        return ids;
    }
    /// Whether the worker with that lock waits at a gate. One look at the server's sessions may
    /// miss a statement.
    bool waits(const std::string& lock) { return waiting().contains(holder(lock)); }
    /// Whose gate that worker waits at.
    std::string tenant_at(const std::string& lock) {
        std::string name;
        wait_until([&] {
            name = ask(
                "select substring_index(substring_index(info, char(39), -2), char(39), 1) from "
                "information_schema.processlist where info like 'update catalog.gates%' and id = "
                "is_used_lock('" +
                lock + "')"
            );
            return !name.empty();
        });
        return name;
    }
    std::string holder(const std::string& lock) {
        return ask("select is_used_lock('" + lock + "')");
    }
    /// Every tenant has the file once, and passed its gate once.
    void expect_all_done(int tenants, const std::string& name) {
        const std::string all = std::to_string(tenants);
        EXPECT_EQ(count("migrator.migrator_migrations where name = '" + name + ".sql'"), all);
        EXPECT_EQ(
            ask("select count(distinct db_schema) from migrator.migrator_migrations where name = "
                "'" +
                name + ".sql'"),
            all
        );
        EXPECT_EQ(count("catalog.gates where passed = 1"), all);
        EXPECT_EQ(count("migrator.migrator_tenant_state"), "0");
    }

    std::unique_ptr<db::sql::Server> server_;
    std::unique_ptr<db::sql::Session> watcher_;
    std::map<std::string, std::unique_ptr<db::sql::Session>> gates_;  ///< those that are closed
};

TEST_P(MariadbFleet, WorksForSeveralTenantsAtOnce) {
    add_tenants(6);
    write_gated("002_a");
    close_gates(6);
    Running run(*this);
    wait_until([&] { return waiting().size() == 4; });
    EXPECT_EQ(count("migrator.migrator_tenant_state where state = 'running'"), "4");
    for (const char* lock : {"migrator", "migrator-1", "migrator-2", "migrator-3"}) {
        wait_until([&] { return waits(lock); });
    }
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

TEST_P(MariadbFleet, ALostWorkerCostsItsTenantAlone) {
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
    const auto unfinished = project().open()->status().unfinished;
    ASSERT_EQ(unfinished.size(), 1U);
    EXPECT_EQ(unfinished[0].tenant, end.outcome->failures[0].tenant);
    EXPECT_EQ(unfinished[0].state, "running") << "what is in doubt is still named";

    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 1);
    expect_all_done(8, "002_a");
}

TEST_P(MariadbFleet, AWorkerWhoseConnectionBrokeWhileItWasIdleGoesOn) {
    add_tenants(4);
    write_gated("002_a");
    project().write("catalog/003_single.sql", "update {schema}.gates set passed = passed;");
    project().write("stores/004_b.sql", "create table {schema}.b (x integer);");
    close_gates(4);
    Running run(*this);
    wait_until([&] { return waiting().size() == 4; });
    const std::string idle = holder("migrator-1");
    // All but the first come to their end, and wait for the next phase.
    const std::string at = tenant_at("migrator");
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

TEST_P(MariadbFleet, TheLossOfTheLockEndsAllWorkers) {
    add_tenants(8);
    write_gated("002_a");
    close_gates(8);
    Running run(*this);
    wait_until([&] { return waiting().size() == 4; });
    db::sql::execute(*watcher_, "kill " + holder("migrator"));
    const End end = run.get();  // while the gates are closed
    EXPECT_FALSE(end.outcome);
    EXPECT_EQ(end.kind, ErrorKind::Unavailable) << end.text;
    EXPECT_EQ(count("migrator.migrator_migrations where name = '002_a.sql'"), "0");
    open_gates();
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 8);
    expect_all_done(8, "002_a");
}

TEST_P(MariadbFleet, TheLossOfTheLockEndsAllWorkersWhenItsOwnIsIdle) {
    add_tenants(4);
    write_gated("002_a");
    close_gates(4);
    Running run(*this);
    wait_until([&] { return waiting().size() == 4; });
    const std::string main = holder("migrator");
    gates_.erase(tenant_at("migrator"));
    wait_until([&] {
        return ask("select command from information_schema.processlist where id = " + main) ==
               "Sleep";
    });
    db::sql::execute(*watcher_, "kill " + main);
    const End end = run.get();
    EXPECT_FALSE(end.outcome);
    EXPECT_EQ(end.kind, ErrorKind::Unavailable) << end.text;
    EXPECT_NE(end.text.find("holds the migration lock was lost"), std::string::npos) << end.text;
    open_gates();
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 3);
    expect_all_done(4, "002_a");
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
    EXPECT_EQ(project().open()->status().unfinished.at(0).state, "failed");
    db::sql::execute(*watcher_, "drop table t003.b");
    EXPECT_EQ(project().apply().summary.tenant_migrations_total, 1);
    expect_all_done(8, "002_a");
    expect_all_done(8, "004_b");
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
    EXPECT_NE(end.text.find("the script has released it"), std::string::npos) << end.text;
}

TEST_P(MariadbFleet, SaysWhenFewerWorkAtOnce) {
    add_tenants(3);
    project().database.parallelism = 100;
    write_gated("002_a");
    const auto many = project().apply();
    ASSERT_EQ(many.notes.size(), 1U);
    EXPECT_NE(many.notes[0].find("65 tenants were worked for at once"), std::string::npos)
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
