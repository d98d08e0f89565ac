#include "db/servers/tenant_search.hpp"

#include <fmt/format.h>

#include <exception>
#include <mutex>

#include "core/error.hpp"
#include "db/servers/at_once.hpp"

namespace migrator::db::servers {

FoundTenant find_on_servers(
    const ServerList& list,
    const Layout& layout,
    const SchemaName& tenant,
    const std::vector<Migration>& sources
) {
    std::vector<TenantTraces> traces(layout.servers.size());
    std::mutex mutex;
    std::exception_ptr failed;
    do_at_once(layout.servers.size(), list.connections(), [&](std::size_t i) {
        try {
            in_context("server " + layout.servers[i].name, [&] {
                const auto connector = list.open(layout, layout.servers[i]);
                traces[i] = connector->find_tenant(tenant, sources);
            });
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!failed) failed = std::current_exception();
        }
    });
    if (failed) std::rethrow_exception(failed);
    FoundTenant found;
    for (std::size_t i = 0; i < traces.size(); ++i) {
        if (!traces[i].any()) continue;
        if (found.traces.any()) {
            throw Error(
                ErrorKind::MigrationFailed,
                fmt::format(
                    "tenant {} has records on two servers, {} and {}; nothing was changed",
                    tenant.str(),
                    layout.servers[found.server].name,
                    layout.servers[i].name
                )
            );
        }
        found = {.server = i, .traces = std::move(traces[i])};
    }
    return found;
}

}  // namespace migrator::db::servers
