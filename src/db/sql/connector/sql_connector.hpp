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

/// The `connect` of a driver whose servers `MakeServer` makes.
template <auto MakeServer>
std::unique_ptr<Connector> connect(const Options& options) {
    return make_sql_connector(MakeServer(options), options);
}

}  // namespace migrator::db::sql::connector
