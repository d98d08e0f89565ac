#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "e2e/site.hpp"

namespace migrator::test {

/// The URL of a PostgreSQL server for tests, or "" (the test is to be skipped then). Throws when
/// there is none though MIGRATOR_TEST_REQUIRE names it.
inline std::string postgresql_for_tests() {
    const std::string url = variable("MIGRATOR_TEST_POSTGRESQL_URL");
    if (url.empty() && variable("MIGRATOR_TEST_REQUIRE").find("postgresql") != std::string::npos) {
        throw std::runtime_error("MIGRATOR_TEST_POSTGRESQL_URL is not set, but required");
    }
    return url;
}

/// The same for MariaDB.
inline std::string mariadb_for_tests() {
    const std::string url = variable("MIGRATOR_TEST_MARIADB_URL");
    if (url.empty() && variable("MIGRATOR_TEST_REQUIRE").find("mariadb") != std::string::npos) {
        throw std::runtime_error("MIGRATOR_TEST_MARIADB_URL is not set, but required");
    }
    return url;
}

/// One site on PostgreSQL.
class PostgresqlSiteTest : public testing::Test {
protected:
    void SetUp() override {
        const std::string url = postgresql_for_tests();
        if (url.empty()) GTEST_SKIP() << "MIGRATOR_TEST_POSTGRESQL_URL is not set";
        site_ = std::make_unique<Site>(Driver::Postgresql, url);
    }
    Site& site() { return *site_; }

    /// Arguments of an apply that shows up as `name` in pg_stat_activity.
    std::vector<std::string> apply_as(
        const std::string& name, const std::vector<std::string>& more = {}
    ) {
        std::vector<std::string> arguments = named(site(), name);
        arguments.insert(arguments.begin(), "apply");
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
    /// Waits until a connection of process `name` runs, or has just run, a statement like `query`.
    void wait_for_query(const std::string& name, const std::string& query) {
        wait_until(name + " runs " + query, [&] {
            return site().value(
                       "select count(*) from pg_stat_activity where datname = current_database() "
                       "and application_name = '" +
                       name + "' and query like '" + query + "'"
                   ) != "0";
        });
    }
    /// Statements that wait at a gate until the test opens it.
    void make_gates() {
        site().value(
            "create table public.gates (name text);\n"
            "create function public.wait_at(gate text) returns void language plpgsql as $$begin\n"
            "while not exists (select 1 from public.gates where name = gate) loop\n"
            "perform pg_sleep(0.02);\nend loop;\nend$$;"
        );
    }
    static std::string gate(const std::string& name) {
        return "select public.wait_at('" + name + "');\n";
    }
    void open_gate(const std::string& name) {
        site().value("insert into public.gates values ('" + name + "')");
    }
    /// Waits until process `name` has found the lock taken.
    void wait_until_waiting(const std::string& name) { wait_for_query(name, "rollback"); }

private:
    std::unique_ptr<Site> site_;
};

/// One site on each database.
class SiteTest : public testing::TestWithParam<Driver> {
protected:
    void SetUp() override {
        std::string url;
        if (GetParam() == Driver::Postgresql) {
            url = postgresql_for_tests();
            if (url.empty()) GTEST_SKIP() << "MIGRATOR_TEST_POSTGRESQL_URL is not set";
        }
        if (GetParam() == Driver::Mariadb) {
            url = mariadb_for_tests();
            if (url.empty()) GTEST_SKIP() << "MIGRATOR_TEST_MARIADB_URL is not set";
        }
        site_ = std::make_unique<Site>(GetParam(), url);
    }
    Site& site() { return *site_; }

private:
    std::unique_ptr<Site> site_;
};

inline std::string driver_name(const testing::TestParamInfo<Driver>& info) {
    if (info.param == Driver::Mariadb) return "Mariadb";
    return info.param == Driver::Sqlite ? "Sqlite" : "Postgresql";
}

#define MIGRATOR_ON_EVERY_SITE(suite)                                         \
    INSTANTIATE_TEST_SUITE_P(                                                 \
        Databases,                                                            \
        suite,                                                                \
        testing::Values(Driver::Sqlite, Driver::Postgresql, Driver::Mariadb), \
        driver_name                                                           \
    )

}  // namespace migrator::test
