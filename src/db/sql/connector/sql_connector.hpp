#pragma once

#include <memory>

#include "db/connector.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::connector {

/// The Connector for every SQL server: the one algorithm over what `server` offers. Throws
/// Configuration for options that the server can't do (`atomicity`).
std::unique_ptr<Connector> make_sql_connector(
    std::unique_ptr<Server> server, const Options& options
);

}  // namespace migrator::db::sql::connector
