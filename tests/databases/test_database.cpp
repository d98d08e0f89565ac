#include "databases/test_database.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <stdexcept>

#include "core/error.hpp"
#include "db/postgresql/postgresql.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/sql_connector.hpp"
#include "db/sqlite/sqlite.hpp"
#include "loader/loader.hpp"

namespace migrator::test {
namespace {

class SqliteDatabase : public TestDatabase {
public:
    SqliteDatabase() {
        options_.driver = "sqlite";
        options_.data_source = folder_.path() / "metadata.db";
        options_.single_schemas = {"catalog", "billing"};
    }
    const db::Options& options() const override { return options_; }
    std::unique_ptr<db::sql::Server> make_server(const db::Options& options) const override {
        return db::sqlite::make_server(options);
    }
    std::vector<std::string> schemas_to_use(const std::string& schema) const override {
        if (schema.empty()) return {};
        return {schema};
    }

private:
    TempDir folder_;
    db::Options options_;
};

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

bool is_required(const std::string& server) {
    const char* required = std::getenv("MIGRATOR_TEST_REQUIRE");
    return required != nullptr && std::string(required).find(server) != std::string::npos;
}

}  // namespace

std::unique_ptr<TestDatabase> make_test_database(Driver driver) {
    if (driver == Driver::Sqlite) return std::make_unique<SqliteDatabase>();
    const char* url = std::getenv("MIGRATOR_TEST_POSTGRESQL_URL");
    if (url != nullptr) return std::make_unique<PostgresqlDatabase>(url);
    if (is_required("postgresql")) {
        throw std::runtime_error("MIGRATOR_TEST_POSTGRESQL_URL is not set, but required");
    }
    return nullptr;
}

Project::Project(std::unique_ptr<TestDatabase> database_of_test)
    : database(database_of_test->options()), database_(std::move(database_of_test)) {
    for (const char* folder :
         {"catalog", "billing", "stores", "catalog-scripts", "stores-scripts"}) {
        std::filesystem::create_directories(folder_.path() / folder);
    }
}

std::string Project::write(const std::string& relative, const std::string& contents) const {
    return folder_.write(relative, contents);
}

void Project::remove(const std::string& relative) const {
    std::filesystem::remove(folder_.path() / relative);
}

Project::Instance Project::open() const {
    Instance instance;
    instance.connector = db::sql::make_sql_connector(database_->make_server(database), database);
    const loader::Options loader{
        .base_location = folder_.path(),
        .single_migrations = {"catalog", "billing"},
        .tenant_migrations = {"stores"},
        .single_scripts = {"catalog-scripts"},
        .tenant_scripts = {"stores-scripts"}};
    instance.coordinator = std::make_unique<coordinator::Coordinator>(
        coordinator::Dependencies{
            .connector = *instance.connector,
            .open_loader = [loader] { return loader::make_loader(loader); },
            .clock = [] { return std::chrono::system_clock::now(); },
            .owner = "the test"},
        options
    );
    return instance;
}

coordinator::Outcome Project::apply(coordinator::RunRequest request) const {
    if (request.version_name.empty()) request.version_name = "version of a test";
    return open()->run(std::move(request), {});
}

coordinator::Outcome Project::create_tenant(const std::string& name) const {
    return apply({.tenant = name});
}

std::string Project::failure_of_apply() const {
    try {
        apply();
    } catch (const Error& error) {
        return error.what();
    }
    ADD_FAILURE() << "the apply did not fail";
    return {};
}

std::string Project::value(const std::string& sql, const std::string& schema) const {
    const auto server = database_->make_server(database);
    const auto session = server->connect();
    const auto schemas = database_->schemas_to_use(schema);
    if (!schemas.empty()) session->use_schemas(schemas);
    const auto row = db::sql::query_row(*session, sql);
    return row && !row->empty() ? row->front().value_or("") : "";
}

std::vector<std::string> Project::rows() const {
    std::vector<AppliedMigration> applied;
    const Instance instance = open();
    const auto found = instance.connector->applied_migrations({});
    for (AppliedMigration row; found->next(row);) applied.push_back(row);
    std::ranges::sort(applied, {}, &AppliedMigration::id);
    std::vector<std::string> rows;
    for (const AppliedMigration& row : applied)
        rows.push_back(row.migration.name + "/" + row.schema);
    return rows;
}

}  // namespace migrator::test
