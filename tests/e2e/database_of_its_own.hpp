#pragma once

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/freed_by.hpp"
#include "core/random_id.hpp"

namespace migrator::e2e {

inline constexpr const char* kPassword = "s3cret";

/// A PostgreSQL database with an owner of its own, both dropped at the end. The owner can log in
/// with the password `kPassword` and is no superuser.
class DatabaseOfItsOwn {
public:
    explicit DatabaseOfItsOwn(const std::string& server_url) : server_url_(server_url) {
        std::string id = random_uuid();
        std::erase(id, '-');
        name_ = "migrator_e2e_" + id;
        owner_ = add_role("owner");
        server_ = connect({});
        run(*server_, "create role " + owner_ + " login password '" + kPassword + "'");
        run(*server_, "create database " + name_ + " owner " + owner_);
        admin_ = connect(name_);
    }
    ~DatabaseOfItsOwn() {
        admin_.reset();
        // As a clean-up must not end the test program, what fails here is left behind.
        PQclear(PQexec(server_.get(), ("drop database " + name_ + " with (force)").c_str()));
        for (const std::string& role : roles_) {
            PQclear(PQexec(server_.get(), ("drop role if exists " + role).c_str()));
        }
    }
    DatabaseOfItsOwn(const DatabaseOfItsOwn&) = delete;
    DatabaseOfItsOwn& operator=(const DatabaseOfItsOwn&) = delete;

    const std::string& name() const { return name_; }

    /// "user=… password=PASSWORD dbname=… host=… port=… sslmode=…".
    std::string data_source(const std::string& password = kPassword) const {
        return data_source_of(owner_, password);
    }
    std::string data_source_of(const std::string& role, const std::string& password) const {
        return "user=" + role + " password=" + password + " dbname=" + name_ + " " + address();
    }

    /// A name for a role that is dropped with the database; nothing is created.
    std::string add_role(const std::string& purpose) {
        roles_.push_back(name_ + "_" + purpose);
        return roles_.back();
    }

    /// Rows as "a|b|c", NULL as "(null)"; as the superuser.
    std::vector<std::string> query(const std::string& sql) const { return run(*admin_, sql); }
    /// The only value of a query.
    std::string value(const std::string& sql) const {
        const auto rows = query(sql);
        return rows.size() == 1 ? rows.front() : std::to_string(rows.size()) + " rows";
    }

private:
    using Connection = std::unique_ptr<PGconn, FreedBy<PQfinish>>;

    static std::vector<std::string> run(PGconn& connection, const std::string& sql) {
        const std::unique_ptr<PGresult, FreedBy<PQclear>> result(PQexec(&connection, sql.c_str()));
        const auto status = PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            throw std::runtime_error(sql + ": " + PQerrorMessage(&connection));
        }
        std::vector<std::string> rows;
        for (int row = 0; row < PQntuples(result.get()); ++row) {
            std::string text;
            for (int column = 0; column < PQnfields(result.get()); ++column) {
                if (column > 0) text += '|';
                const bool null = PQgetisnull(result.get(), row, column) != 0;
                text += null ? "(null)" : PQgetvalue(result.get(), row, column);
            }
            rows.push_back(text);
        }
        return rows;
    }

    Connection connect(const std::string& database) const {
        const char* const keys[] = {"dbname", "dbname", nullptr};
        const char* const values[] = {
            server_url_.c_str(), database.empty() ? nullptr : database.c_str(), nullptr};
        Connection connection(PQconnectdbParams(keys, values, 1));
        if (PQstatus(connection.get()) != CONNECTION_OK) {
            throw std::runtime_error(PQerrorMessage(connection.get()));
        }
        PQsetNoticeProcessor(
            connection.get(), [](void*, const char*) {}, nullptr
        );
        return connection;
    }

    std::string address() const {
        const std::unique_ptr<PQconninfoOption, FreedBy<PQconninfoFree>> parts(
            PQconninfoParse(server_url_.c_str(), nullptr)
        );
        std::map<std::string, std::string> found{{"sslmode", "disable"}, {"port", "5432"}};
        for (const auto* part = parts.get(); part != nullptr && part->keyword != nullptr; ++part) {
            if (part->val != nullptr) found[part->keyword] = part->val;
        }
        return "host=" + found["host"] + " port=" + found["port"] + " sslmode=" + found["sslmode"];
    }

    const std::string server_url_;
    std::string name_;
    std::string owner_;
    std::vector<std::string> roles_;
    Connection server_;
    Connection admin_;
};

/// A test with a database of its own on the server of MIGRATOR_TEST_POSTGRESQL_URL.
class TestOnPostgresql : public ::testing::Test {
protected:
    void SetUp() override {
        const char* url = std::getenv("MIGRATOR_TEST_POSTGRESQL_URL");
        if (url == nullptr || *url == '\0') {
            const char* required = std::getenv("MIGRATOR_TEST_REQUIRE");
            ASSERT_EQ(
                std::string(required == nullptr ? "" : required).find("postgresql"),
                std::string::npos
            ) << "MIGRATOR_TEST_POSTGRESQL_URL is not set";
            GTEST_SKIP() << "MIGRATOR_TEST_POSTGRESQL_URL is not set";
        }
        database_ = std::make_unique<DatabaseOfItsOwn>(url);
    }

    DatabaseOfItsOwn& database() const { return *database_; }

private:
    std::unique_ptr<DatabaseOfItsOwn> database_;
};

}  // namespace migrator::e2e
