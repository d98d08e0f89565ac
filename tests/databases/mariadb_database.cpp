#include <gtest/gtest.h>

#include "databases/test_database.hpp"
#include "db/mysql/mysql.hpp"
#include "db/sql/own_sql.hpp"
#include "support/server_turn.hpp"

namespace migrator::test {
namespace {

/// The whole server: the metadata are in a database called migrator, and there is one of that name.
class MariadbDatabase : public TestDatabase {
public:
    explicit MariadbDatabase(const std::string& url) : turn_(url) {
        options_.driver = "mysql";
        options_.data_source = url;
        options_.single_schemas = {"catalog", "billing"};
        drop_all();
    }
    ~MariadbDatabase() override {
        try {
            drop_all();
        } catch (const std::exception& error) {
            ADD_FAILURE() << "can't drop the databases of the test: " << error.what();
        }
    }
    const db::Options& options() const override { return options_; }
    std::unique_ptr<db::sql::Server> make_server(const db::Options& options) const override {
        return db::mysql::make_server(options);
    }
    std::vector<std::string> schemas_to_use(const std::string&) const override { return {}; }

private:
    void drop_all() const {
        const auto session = db::mysql::make_server(options_)->connect();
        std::vector<std::string> statements;
        session->query(
            "select concat('kill ', id) from information_schema.processlist "
            "where id <> connection_id() and user <> 'system user' and command <> 'Daemon'",
            {},
            [&](const db::sql::Row& row) { statements.push_back(row.at(0).value()); }
        );
        for (const std::string& kill : statements) {
            try {
                db::sql::execute(*session, kill);
            } catch (const std::exception&) {
                // It has gone by itself.
            }
        }
        statements.clear();
        session->query(
            "select concat('drop database `', schema_name, '`') from information_schema.schemata "
            "where lower(schema_name) not in ('mysql', 'information_schema', 'performance_schema', "
            "'sys', 'metrics_schema', 'inspection_schema', 'test')",
            {},
            [&](const db::sql::Row& row) { statements.push_back(row.at(0).value()); }
        );
        for (const std::string& drop : statements) db::sql::execute(*session, drop);
    }

    const ServerTurn turn_;
    db::Options options_;
};

}  // namespace

std::unique_ptr<TestDatabase> make_mariadb_database(const std::string& url) {
    return std::make_unique<MariadbDatabase>(url);
}

}  // namespace migrator::test
