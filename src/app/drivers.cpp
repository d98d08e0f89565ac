#include "app/drivers.hpp"

#include "core/error.hpp"
#include "db/mysql/mysql.hpp"
#include "db/postgresql/postgresql.hpp"
#include "db/servers/servers_connector.hpp"
#include "db/sqlite/sqlite.hpp"
#include "db/sqlserver/sqlserver.hpp"

namespace migrator::app {

db::Drivers drivers() {
    static constexpr const db::Driver* kDrivers[] = {
        &db::postgresql::kDriver,
        &db::mysql::kDriver,
        &db::sqlserver::kDriver,
        &db::sqlite::kDriver,
    };
    return kDrivers;
}

std::unique_ptr<db::Connector> make_connector(const db::Options& options) {
    if (options.servers.any()) return db::servers::make_servers_connector(options, make_connector);
    const db::Driver* driver = db::find_driver(drivers(), options.driver);
    if (driver != nullptr) return driver->connect(options);
    throw Error(
        ErrorKind::Configuration, "Failed to create Connector unknown driver: " + options.driver
    );
}

}  // namespace migrator::app
