#include "app/make_connector.hpp"

#include "core/error.hpp"
#include "db/mysql/mysql.hpp"
#include "db/postgresql/postgresql.hpp"
#include "db/sql/connector/sql_connector.hpp"
#include "db/sqlite/sqlite.hpp"
#include "db/sqlserver/sqlserver.hpp"

namespace migrator::app {

std::unique_ptr<db::Connector> make_connector(const db::Options& options) {
    if (options.driver == "postgres") {
        return db::sql::connector::make_sql_connector(
            db::postgresql::make_server(options), options
        );
    }
    if (options.driver == "mysql") {
        return db::sql::connector::make_sql_connector(db::mysql::make_server(options), options);
    }
    if (options.driver == "sqlite") {
        return db::sql::connector::make_sql_connector(db::sqlite::make_server(options), options);
    }
    if (options.driver == "sqlserver") {
        return db::sql::connector::make_sql_connector(db::sqlserver::make_server(options), options);
    }
    throw Error(
        ErrorKind::Configuration, "Failed to create Connector unknown driver: " + options.driver
    );
}

std::string unreachable_data_source(const std::string& driver) {
    if (driver == "postgres") return "host=offline.invalid";
    if (driver == "mysql") return "tcp(offline.invalid)/";
    if (driver == "sqlserver") {
        return "server=offline.invalid;user id=offline;password=offline";
    }
    return "offline";  // a path
}

}  // namespace migrator::app
