#pragma once

#include <memory>

#include "db/driver.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sqlserver {

extern const Driver kDriver;

/// The server that `options.data_source` names. Opens nothing yet. Throws Configuration for a data
/// source that can't be used, for options that SQL Server doesn't have, and when no ODBC driver is
/// installed. May set an environment variable (`give_to_freetds`): to be called before threads are
/// started.
std::unique_ptr<sql::Server> make_server(const Options& options);

}  // namespace migrator::db::sqlserver
