#pragma once

#include <memory>

#include "db/connector.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::connector {

/// Makes the server of a data source. Throws Configuration for one that can't be understood.
using MakeServer = std::unique_ptr<Server> (*)(const Options& options);

/// The Connector for every SQL server: the one algorithm over what `server` offers. Throws
/// Configuration for options that the server can't do (`atomicity`). `make_server`, for traces in
/// another database, may be null.
std::unique_ptr<Connector> make_sql_connector(
    std::unique_ptr<Server> server, const Options& options, MakeServer make_server = nullptr
);

/// The `connect` of a driver whose servers `Make` makes.
template <auto Make>
std::unique_ptr<Connector> connect(const Options& options) {
    return make_sql_connector(Make(options), options, Make);
}

}  // namespace migrator::db::sql::connector
