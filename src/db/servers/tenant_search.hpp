#pragma once

#include <string>
#include <vector>

#include "db/connector.hpp"
#include "db/servers/server_list.hpp"

namespace migrator::db::servers {

/// A tenant's traces, and the server that has them.
struct FoundTenant {
    std::size_t server = 0;  ///< in the layout; of no meaning without traces
    TenantTraces traces;
};

/// Looks for a tenant on all servers. Throws Unavailable when one of them can't be asked, and
/// MigrationFailed when two have it: then nobody can say which of them is meant.
FoundTenant find_on_servers(
    const ServerList& list,
    const Layout& layout,
    const SchemaName& tenant,
    const std::vector<Migration>& sources
);

}  // namespace migrator::db::servers
