#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/coordinator.hpp"
#include "db/connector.hpp"
#include "db/sql/session.hpp"
#include "support/temp_dir.hpp"

namespace migrator::test {

/// A database of its own on each of the drivers, dropped at the end.
class TestDatabase {
public:
    virtual ~TestDatabase() = default;
    virtual const db::Options& options() const = 0;
    virtual std::unique_ptr<db::sql::Server> make_server(const db::Options& options) const = 0;
    /// Where a table of a schema is for a query of its own, such as "north.orders".
    virtual std::vector<std::string> schemas_to_use(const std::string& schema) const = 0;
};

enum class Driver { Sqlite, Postgresql };

/// Null when there is no server to test with, and none is required (MIGRATOR_TEST_REQUIRE);
/// throws when one is required.
std::unique_ptr<TestDatabase> make_test_database(Driver driver);

/// A folder of migrations, a database, and a coordinator over both.
class Project {
public:
    explicit Project(std::unique_ptr<TestDatabase> database);

    /// Writes FOLDER/NAME. Folders: catalog, billing (single), stores (tenants),
    /// catalog-scripts, stores-scripts.
    std::string write(const std::string& relative, const std::string& contents) const;
    void remove(const std::string& relative) const;

    /// A new coordinator with the options as they are now: as another process would be.
    struct Instance {
        std::unique_ptr<db::Connector> connector;
        std::unique_ptr<coordinator::Coordinator> coordinator;
        coordinator::Coordinator* operator->() const { return coordinator.get(); }
    };
    Instance open() const;

    coordinator::Outcome apply(coordinator::RunRequest request = {}) const;
    coordinator::Outcome create_tenant(const std::string& name) const;
    /// Applies and returns the message of the Error; fails the test when there was none.
    std::string failure_of_apply() const;

    /// First column of the first row, of a query of the test's own; "" for NULL or no row.
    std::string value(const std::string& sql, const std::string& schema = "") const;
    void execute(const std::string& sql) const { value(sql); }
    /// Rows of migrator_migrations as "name/schema", by id.
    std::vector<std::string> rows() const;

    db::Options database;
    coordinator::Options options;
    TestDatabase& server() const { return *database_; }

private:
    std::unique_ptr<TestDatabase> database_;
    TempDir folder_;
};

}  // namespace migrator::test
