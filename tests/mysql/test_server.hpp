#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "core/random_id.hpp"
#include "db/mysql/dialect.hpp"
#include "db/mysql/mysql.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/session.hpp"
#include "script/script.hpp"
#include "support/mariadb_server.hpp"

namespace migrator::db::mysql::test {

using sql::execute;
using sql::Failure;
using sql::Session;

inline std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : value;
}

inline std::unique_ptr<sql::Server> server_at(const std::string& data_source) {
    Options options;
    options.driver = "mysql";
    options.data_source = data_source;
    return make_server(options);
}

/// First column of all rows; NULL is "(null)".
inline std::vector<std::string> column(Session& session, std::string_view sql) {
    std::vector<std::string> values;
    session.query(sql, {}, [&](const sql::Row& row) {
        values.push_back(row.front().value_or("(null)"));
    });
    return values;
}

inline std::string scalar(Session& session, std::string_view sql) {
    const auto values = column(session, sql);
    return values.size() == 1 ? values.front() : "(" + std::to_string(values.size()) + " rows)";
}

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

inline bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Runs one text as a script.
inline std::optional<Failure> run(Session& session, const std::string& text) {
    const script::Script script = script::scan(text, dialect().lexis);
    const sql::ScriptRun run{.step = 1, .text = text, .script = &script};
    return session.run_scripts({&run, 1});
}

/// The server of MIGRATOR_TEST_MARIADB_URL, for one test at a time: the lock and the metadata have
/// one name on a whole server.
class MariadbTest : public ::testing::Test {
protected:
    void SetUp() override {
        url_ = environment("MIGRATOR_TEST_MARIADB_URL");
        if (url_.empty()) {
            const std::string required = environment("MIGRATOR_TEST_REQUIRE");
            ASSERT_EQ(required.find("mariadb"), std::string::npos)
                << "MIGRATOR_TEST_MARIADB_URL is not set";
            GTEST_SKIP() << "MIGRATOR_TEST_MARIADB_URL is not set";
        }
        turn_.emplace(url_);
        server_ = server_at(url_);
        admin_ = server_->connect();
        execute(*admin_, "drop database if exists migrator");
        database_ = "t" + random_uuid().substr(0, 8);
        execute(*admin_, "create database " + database_);
        execute(*admin_, "create table " + database_ + ".notes (n int)");
    }

    void TearDown() override {
        if (database_.empty()) return;
        execute(*admin_, "drop database if exists migrator");
        execute(*admin_, "drop database " + database_);
        for (const std::string& user : users_) execute(*admin_, "drop user " + user);
        admin_.reset();
        server_.reset();
        turn_.reset();
    }

    std::string with_parameters(const std::string& parameters) const {
        return url_ + "&" + parameters;
    }
    /// The data source of a new user, who is dropped with the test; `how`: "identified by …".
    std::string make_user(const std::string& how, const std::string& password) {
        const std::string name = "u" + random_uuid().substr(0, 8);
        const std::string user = name + "@'%'";
        execute(*admin_, "create user " + user + " " + how);
        users_.push_back(user);
        execute(*admin_, "grant all on *.* to " + user);
        return name + ":" + password + url_.substr(url_.find('@'));
    }
    /// Number of the server's session that runs a statement which begins so.
    std::string wait_for(const std::string& beginning) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
        while (std::chrono::steady_clock::now() < give_up) {
            const auto row = sql::query_row(
                *admin_,
                "select id from information_schema.processlist where info like '" + beginning +
                    "%' and id <> connection_id()"
            );
            if (row) return row->front().value();
            std::this_thread::yield();
        }
        throw std::runtime_error("waited in vain for a session that runs " + beginning);
    }
    void wait_until(const std::string& condition) {
        while (scalar(*admin_, "select " + condition) != "1") std::this_thread::yield();
    }

    std::string url_;
    std::string database_;
    std::unique_ptr<sql::Server> server_;
    std::unique_ptr<Session> admin_;

private:
    std::optional<migrator::test::MariadbServer> turn_;
    std::vector<std::string> users_;
};

}  // namespace migrator::db::mysql::test
