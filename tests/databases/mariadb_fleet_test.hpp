#pragma once

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

/// A project on MariaDB whose tenants t001, t002, … are worked for one by one, by four workers. A
/// tenant's file can wait at a gate, which is a row that the test has locked.
class MariadbFleetTest : public ProjectTest {
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
    /// A table for each of the first `count` tenants: "name (columns)".
    void create_in_all(int count, const std::string& table) {
        for (int i = 1; i <= count; ++i) {
            db::sql::execute(*watcher_, "create table " + tenant(i) + "." + table);
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
        explicit Running(MariadbFleetTest& test, std::stop_token stop = {})
            : test_(test),
              end_(std::async(std::launch::async, [&test, stop] { return test.apply(stop); })) {}
        ~Running() { test_.open_gates(); }
        Running(Running&&) = delete;
        End get() { return end_.get(); }

    private:
        MariadbFleetTest& test_;
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

}  // namespace migrator::test
