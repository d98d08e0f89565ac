#include <gtest/gtest.h>

#include <random>

#include "databases/test_database.hpp"
#include "db/postgresql/postgresql.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::test {
namespace {

/// A database of its own on the server.
class PostgresqlDatabase : public TestDatabase {
public:
    explicit PostgresqlDatabase(const std::string& url) : admin_(options_for(url)) {
        name_ = "migrator_test_" + std::to_string(std::random_device{}()) +
                std::to_string(std::random_device{}());
        on_server("create database " + name_);
        options_ = options_for(url.substr(0, url.rfind('/') + 1) + name_);
    }
    ~PostgresqlDatabase() override {
        try {
            on_server(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name_ +
                "'"
            );
            on_server("drop database " + name_);
        } catch (const std::exception& error) {
            ADD_FAILURE() << "can't drop " << name_ << ": " << error.what();
        }
    }
    const db::Options& options() const override { return options_; }
    std::unique_ptr<db::sql::Server> make_server(const db::Options& options) const override {
        return db::postgresql::make_server(options);
    }
    std::vector<std::string> schemas_to_use(const std::string&) const override { return {}; }

private:
    static db::Options options_for(const std::string& url) {
        db::Options options;
        options.driver = "postgres";
        options.data_source = url;
        options.single_schemas = {"catalog", "billing"};
        return options;
    }
    void on_server(const std::string& sql) const {
        db::sql::execute(*db::postgresql::make_server(admin_)->connect(), sql);
    }

    const db::Options admin_;
    db::Options options_;
    std::string name_;
};

}  // namespace

std::unique_ptr<TestDatabase> make_postgresql_database(const std::string& url) {
    return std::make_unique<PostgresqlDatabase>(url);
}

}  // namespace migrator::test
