#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/random_id.hpp"
#include "db/postgresql/dialect.hpp"
#include "db/postgresql/postgresql.hpp"
#include "db/sql/session.hpp"
#include "script/script.hpp"

namespace migrator::db::postgresql::test {

using sql::Failure;
using sql::Session;
using sql::Value;

inline std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

/// `url` with another database.
inline std::string with_database(const std::string& url, const std::string& database) {
    const std::size_t path = url.find('/', url.find("://") + 3);
    const std::size_t query = url.find('?');
    return url.substr(0, path) + "/" + database +
           (query == std::string::npos ? std::string() : url.substr(query));
}

inline std::unique_ptr<sql::Server> server_at(const std::string& data_source) {
    Options options;
    options.driver = "postgres";
    options.data_source = data_source;
    return make_server(options);
}

/// First column of all rows; NULL is "(null)".
inline std::vector<std::string> column(
    Session& session, std::string_view sql, const std::vector<Value>& parameters = {}
) {
    std::vector<std::string> values;
    session.query(sql, parameters, [&](const sql::Row& row) {
        values.push_back(row.front().value_or("(null)"));
    });
    return values;
}

inline std::string scalar(
    Session& session, std::string_view sql, const std::vector<Value>& parameters = {}
) {
    const auto values = column(session, sql, parameters);
    return values.size() == 1 ? values.front() : "(" + std::to_string(values.size()) + " rows)";
}

inline void execute(Session& session, std::string_view sql) { session.query(sql, {}, nullptr); }

/// The message of the Error of this kind that `work` has to throw.
inline std::string message_of(const std::function<void()>& work, ErrorKind kind) {
    try {
        work();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), kind) << error.what();
        return error.what();
    }
    ADD_FAILURE() << "no error";
    return {};
}

/// Texts and what the scanner found in them; step N is the N-th text, from 1.
class Scripts {
public:
    explicit Scripts(std::vector<std::string> texts) : texts_(std::move(texts)) {
        scripts_.reserve(texts_.size());
        for (const std::string& text : texts_) {
            scripts_.push_back(script::scan(text, dialect().lexis));
            runs_.push_back({.step = runs_.size() + 1, .text = text, .script = &scripts_.back()});
        }
    }
    Scripts(const Scripts&) = delete;
    Scripts& operator=(const Scripts&) = delete;

    const std::vector<sql::ScriptRun>& runs() const { return runs_; }
    script::Script& script(std::size_t index) { return scripts_[index]; }

private:
    std::vector<std::string> texts_;
    std::vector<script::Script> scripts_;
    std::vector<sql::ScriptRun> runs_;
};

inline std::optional<Failure> run(Session& session, std::vector<std::string> texts) {
    return session.run_scripts(Scripts(std::move(texts)).runs());
}

/// A database of its own for each test, on the server of MIGRATOR_TEST_POSTGRESQL_URL.
class PostgresqlTest : public ::testing::Test {
protected:
    void SetUp() override {
        const std::string url = environment("MIGRATOR_TEST_POSTGRESQL_URL");
        if (url.empty()) {
            const std::string required = environment("MIGRATOR_TEST_REQUIRE");
            ASSERT_EQ(required.find("postgresql"), std::string::npos)
                << "MIGRATOR_TEST_POSTGRESQL_URL is not set";
            GTEST_SKIP() << "MIGRATOR_TEST_POSTGRESQL_URL is not set";
        }
        maintenance_ = server_at(url)->connect();
        std::string name = "migrator_test_" + random_uuid();
        std::erase(name, '-');
        execute(*maintenance_, "create database " + name);
        database_ = name;
        url_ = with_database(url, database_);
        server_ = server_at(url_);
        admin_ = server_->connect();
    }

    void TearDown() override {
        admin_.reset();
        server_.reset();
        if (database_.empty()) return;
        const std::vector<Value> name = {database_};
        maintenance_->query(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1",
            name,
            nullptr
        );
        execute(*maintenance_, "drop database " + database_);
        for (const std::string& role : roles_) execute(*maintenance_, "drop role " + role);
    }

    std::unique_ptr<Session> connect() { return server_->connect(); }

    /// A role that is dropped with the database.
    std::string make_role(const std::string& options = "") {
        const std::string role = "role_" + database_.substr(14);
        execute(*admin_, "create role " + role + " " + options);
        roles_.push_back(role);
        return role;
    }

    void wait_until(const std::string& condition) {
        while (scalar(*admin_, "select " + condition) != "t") {
            execute(*admin_, "select pg_sleep(0.01)");
        }
    }

    int server_version() { return std::stoi(scalar(*admin_, "show server_version_num")); }

    void wait_until_running(const std::string& fragment) {
        wait_until(
            "exists (select from pg_stat_activity where state = 'active' and pid <> "
            "pg_backend_pid() and datname = current_database() and query like '%" +
            fragment + "%')"
        );
    }

    std::string database_;
    std::string url_;
    std::unique_ptr<Session> maintenance_;
    std::unique_ptr<sql::Server> server_;
    std::unique_ptr<Session> admin_;
    std::vector<std::string> roles_;
};

}  // namespace migrator::db::postgresql::test
