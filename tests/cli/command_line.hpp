#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/cli.hpp"
#include "core/log.hpp"
#include "support/fake_connector.hpp"
#include "support/fake_loader.hpp"

namespace migrator::cli::test {

/// Runs command lines in this process, on a database and files in memory.
class CommandLine : public ::testing::Test {
protected:
    CommandLine() {
        log::redirect([this](std::string_view line) { logged += std::string(line) + "\n"; });
    }
    ~CommandLine() override { log::redirect(nullptr); }

    int run(const std::vector<std::string>& arguments) {
        out.str("");
        err.str("");
        coordinator::Coordinator coordinator(
            {.connector = database,
             .open_loader = source.opener(),
             .clock = [] { return now(); },
             .owner = "host-a (pid 7)"},
            options
        );
        Backend backend;
        backend.version_text = "migrator v1.2.0 (abc, 2026-11-22)";
        backend.clock = [] { return now(); };
        backend.asker = asker;
        backend.interrupted = interrupted.get_token();
        backend.default_path = default_path;
        backend.open = [&](const std::string& path,
                           const std::map<std::string, std::string>& overrides) {
            opened_path = path;
            opened_overrides = overrides;
            if (on_open) on_open();
            return Backend::Opened{
                coordinator,
                "driver: postgres\n",
                unknown_keys,
                "postgres",
                base_location,
                single_migrations,
                tenant_migrations,
                unset_variables};
        };
        backend.open_offline = [&](const std::string& path,
                                   const std::map<std::string, std::string>& overrides) {
            ++offline_openings;
            return backend.open(path, overrides);
        };
        backend.serve = [&](const std::string& path,
                            const std::map<std::string, std::string>& overrides) {
            served_path = path;
            opened_overrides = overrides;
            return serve_code;
        };
        std::istringstream in(answer);
        Terminal terminal{out, err, in, out_is_terminal, err_is_terminal, in_is_terminal, no_color};
        return cli::run(arguments, backend, terminal);
    }

    boost::json::object run_json(const std::vector<std::string>& arguments) {
        exit_code = run(arguments);
        return boost::json::parse(out.str()).as_object();
    }

    static TimePoint now() {  // 2026-11-23T01:02:03.5Z
        return std::chrono::sys_seconds(std::chrono::seconds(1'795'395'723)) +
               std::chrono::milliseconds(500);
    }

    /// 1 single migration, 2 tenant migrations, 1 single script, 1 tenant script; two tenants.
    void write_files() {
        database.add_tenant("abc");
        database.add_tenant("def");
        single =
            source.write(MigrationType::SingleMigration, "ref", "001.sql", "create table r ();");
        tenant_1 = source.write(
            MigrationType::TenantMigration, "tenants", "002.sql", "create table {schema}.t ();"
        );
        tenant_2 = source.write(
            MigrationType::TenantMigration, "tenants", "003.sql", "alter table {schema}.t;"
        );
        single_script =
            source.write(MigrationType::SingleScript, "config-scripts", "s.sql", "select 1;");
        tenant_script =
            source.write(MigrationType::TenantScript, "tenants-scripts", "t.sql", "select 2;");
    }

    migrator::test::FakeConnector database;
    migrator::test::FakeSource source;
    coordinator::Options options;
    coordinator::Asker asker;
    std::stop_source interrupted;
    std::vector<std::string> unknown_keys;
    std::vector<std::string> unset_variables;
    std::string base_location = "/migrations";
    std::vector<std::string> single_migrations{"ref"};
    std::vector<std::string> tenant_migrations{"tenants"};
    int offline_openings = 0;
    std::optional<std::string> default_path;
    std::function<void()> on_open;
    std::string answer;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    bool in_is_terminal = false;
    bool no_color = false;
    int serve_code = 0;

    std::ostringstream out;
    std::ostringstream err;
    std::string logged;
    std::string opened_path;
    std::string served_path;
    std::map<std::string, std::string> opened_overrides;
    int exit_code = -1;
    Migration single, tenant_1, tenant_2, single_script, tenant_script;
};

}  // namespace migrator::cli::test
