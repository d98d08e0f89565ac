#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/coordinator.hpp"
#include "db/connector.hpp"
#include "db/sql/session.hpp"
#include "loader/options.hpp"
#include "support/temp_dir.hpp"

namespace migrator::test {

/// What a test has for itself on one server (or folder): nobody else uses it meanwhile, and it is
/// gone at the end.
class TestDatabase {
public:
    virtual ~TestDatabase() = default;
    virtual const db::Options& options() const = 0;
    virtual std::unique_ptr<db::sql::Server> make_server(const db::Options& options) const = 0;
    /// Where a table of a schema is for a query of its own, such as "north.orders".
    virtual std::vector<std::string> schemas_to_use(const std::string& schema) const = 0;
};

/// One of the databases that every test of this folder runs on, and in what it differs.
struct DatabaseKind {
    const char* name;          ///< in the names of tests
    const char* url_variable;  ///< of the environment; null: needs no server
    const char* required_as;   ///< in MIGRATOR_TEST_REQUIRE
    std::unique_ptr<TestDatabase> (*make)(const std::string& url);

    std::string prefix;               ///< of migrator's own tables
    bool schemas_are_files = false;   ///< made by use, not by `create schema`
    bool commits_each_file = false;   ///< DDL commits: what came before a failure stays
    bool resets_session = true;       ///< between the files of a run
    bool has_default_schema = false;  ///< `public`
    bool dry_run_tells_rows = true;   ///< the rows that it would have made
    std::string refuses_transaction;  ///< a statement that does; empty: there is none
    std::string slow_query;           ///< one number, after a very long time
    /// Expression: a time of `changed` that lies so much earlier, "2 hours".
    std::string (*earlier)(const std::string& by);
    /// Query: the rows of a table (id, v) as one text, in order.
    std::string (*list_rows)(const std::string& table);
    std::string (*drop_schema)(const std::string& schema);  ///< null: schemas are files
};

/// The list: all_databases.cpp.
const std::vector<DatabaseKind>& all_databases();
const DatabaseKind& database_called(const std::string& name);

/// Null when there is no server to test with, and none is required (MIGRATOR_TEST_REQUIRE);
/// throws when one is required.
std::unique_ptr<TestDatabase> make_test_database(const DatabaseKind& kind);

// What the list is made of, each in a file of its own.
std::unique_ptr<TestDatabase> make_sqlite_database(const std::string& url);
std::unique_ptr<TestDatabase> make_postgresql_database(const std::string& url);
std::unique_ptr<TestDatabase> make_mariadb_database(const std::string& url);

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

    coordinator::Outcome apply(coordinator::VersionRequest request = {}) const;
    coordinator::Outcome create_tenant(const std::string& name) const;
    /// Applies and returns the message of the Error; fails the test when there was none.
    std::string failure_of_apply() const;

    /// First column of the first row, of a query of the test's own; "" for NULL or no row.
    std::string value(const std::string& sql, const std::string& schema = "") const;
    void execute(const std::string& sql) const { value(sql); }
    /// Rows of migrator_migrations as "name/schema", by id.
    std::vector<std::string> rows() const;

    std::filesystem::path folder() const { return folder_.path(); }

    db::Options database;
    coordinator::Options options;
    loader::Options loader;       ///< the base location is the folder
    bool knows_its_place = true;  ///< else each recorded name means itself
    TestDatabase& server() const { return *database_; }

private:
    std::unique_ptr<TestDatabase> database_;
    TempDir folder_;
};

}  // namespace migrator::test
