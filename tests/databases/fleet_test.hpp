#pragma once

#include <fmt/format.h>

#include <functional>
#include <mutex>
#include <string>

#include "core/log.hpp"
#include "databases/project_test.hpp"

namespace migrator::test {

/// A project on PostgreSQL whose tenants t001, t002, … are worked for one by one, by four workers.
class FleetTest : public ProjectTest {
protected:
    void SetUp() override {
        ProjectTest::SetUp();
        if (IsSkipped()) return;
        project().database.atomicity = db::Atomicity::Tenant;
        project().database.parallelism = 4;
        project().write("catalog/001_schema.sql", "create schema {schema};");
        project().apply();
    }
    void TearDown() override { log::redirect(nullptr); }

    static std::string tenant(int number) { return fmt::format("t{:03}", number); }

    /// Records tenants that have a schema, and nothing in it.
    void add_tenants(int count, int first = 1) {
        project().execute(fmt::format(
            "do $$ begin for i in {}..{} loop execute format('create schema %I', 't' || "
            "lpad(i::text, 3, '0')); insert into migrator.migrator_tenants (name) values ('t' || "
            "lpad(i::text, 3, '0')); end loop; end $$",
            first,
            first + count - 1
        ));
    }
    std::string count(const std::string& from) {
        return project().value("select count(*) from " + from);
    }
    std::string rows_of(const std::string& name) {
        return count("migrator.migrator_migrations where name = '" + name + "'");
    }
    /// "t003 failed 002_b.sql", ordered by tenant, with `, ` between.
    std::string states() {
        return project().value(
            "select string_agg(concat_ws(' ', tenant, state, nullif(regexp_replace(file, '.*/', "
            "''), '')), ', ' order by tenant) from migrator.migrator_tenant_state"
        );
    }
    /// Every row is there once, and the table `log` of each tenant says the same.
    void expect_effects_as_recorded() {
        EXPECT_EQ(
            count("(select 1 from migrator.migrator_migrations group by filename, db_schema having "
                  "count(*) > 1) twice"),
            "0"
        );
    }

    /// A session of somebody else that holds a lock on `table` until it is destroyed.
    class Intruder {
    public:
        Intruder(Project& project, const std::string& table)
            : server_(project.server().make_server(project.database)),
              session_(server_->connect()) {
            session_->begin({});
            session_->query("lock table " + table, {}, nullptr);
        }

    private:
        std::unique_ptr<db::sql::Server> server_;
        std::unique_ptr<db::sql::Session> session_;
    };

    /// Calls `seen` for each log line with `text` in it, on the thread that logs.
    static void on_log(const std::string& text, std::function<void()> seen) {
        log::redirect([text, seen = std::move(seen)](std::string_view line) {
            if (line.find(text) != std::string_view::npos) seen();
        });
    }
};

}  // namespace migrator::test
