#pragma once

#include <functional>
#include <memory>

#include "db/connector.hpp"
#include "db/options.hpp"

/// One fleet over several servers: a Connector over the catalog's and one for each further server.
namespace migrator::db::servers {

/// Makes the Connector of one server. Throws Configuration as `Driver::connect` does.
using Connect = std::function<std::unique_ptr<Connector>(const Options& options)>;

/// `options.servers` names further servers. The catalog's connector is kept; those of the others
/// are made for each use and dropped after it, so that thousands of servers need neither memory nor
/// connections. Versions, recorded rows, detached runs and the audit are the catalog's own;
/// tenants, states and plans are those of all servers. Throws what `connect` throws for the
/// catalog.
std::unique_ptr<Connector> make_servers_connector(const Options& options, Connect connect);

}  // namespace migrator::db::servers
