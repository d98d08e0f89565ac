#pragma once

#include <string>
#include <vector>

#include "db/sqlserver/connection.hpp"
#include "db/sqlserver/data_source.hpp"
#include "db/sqlserver/odbc_driver.hpp"

namespace migrator::db::sqlserver {

/// A data source as one ODBC driver takes it.
struct DriverSettings {
    ConnectSettings connect;
    /// FreeTDS reads from a file of its own (freetds.conf) what no connection string can say: by
    /// which certificates it knows the server. Empty: nothing of the kind. Holds no secret.
    std::string freetds_conf;
    /// What this driver can't do and does not have to, for the log: "keepAlive: …".
    std::vector<std::string> warnings;
};

/// Throws Configuration for what must not be ignored and this driver can't do: an `encrypt`, a
/// certificate, a way to log in; and for a value that it can't be told.
DriverSettings settings_for(const DataSource& source, const OdbcDriver& driver);

/// Lets FreeTDS's driver read `conf` instead of its file, in all of this process: by the
/// environment, so before threads are started. The text is kept in memory, in no file. Throws
/// Unavailable.
void give_to_freetds(const std::string& conf);

}  // namespace migrator::db::sqlserver
