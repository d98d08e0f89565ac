#include "db/servers/servers_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "db/servers/distribution.hpp"
#include "db/servers/tenant_search.hpp"

namespace migrator::db::servers {

ServersRun::ServersRun(
    ServerList& list, Connector& catalog, std::unique_ptr<Run> catalog_run, RunOwner owner
)
    : list_(list),
      catalog_(catalog),
      catalog_run_(std::move(catalog_run)),
      owner_(std::move(owner)) {}

ApplyResult ServersRun::apply(const Plan& plan, const ApplyRequest& request) {
    if (request.basis == nullptr) {
        throw Error(
            ErrorKind::Internal, "a run over several servers needs what it is planned from"
        );
    }
    if (request.new_tenant) return create_tenant(plan, request);
    const Layout layout = list_.read();
    const auto& planned = request.basis->servers;
    const bool is_same =
        std::ranges::equal(layout.servers, planned, {}, &Server::name, &ServerRecords::name);
    if (!is_same) {
        throw Error(
            ErrorKind::MigrationFailed,
            "serversSelect gave other servers than a moment ago; nothing was run. Run again"
        );
    }
    return Distribution(list_, layout, catalog_, *catalog_run_, owner_, plan, request).run();
}

/// Where it is to be is recorded before anything of it is made: after a crash the next try goes to
/// the same server.
ApplyResult ServersRun::create_tenant(const Plan& plan, const ApplyRequest& request) {
    if (!list_.options().tenant_select.empty()) {
        throw Error(
            ErrorKind::InvalidRequest,
            "a tenant cannot be created where tenantSelect lists the tenants of several servers. "
            "Add it to what tenantSelect reads, create its schema on its server, and run migrator "
            "apply --reconcile --tenant NAME"
        );
    }
    refuse_if_present(request);
    const Layout layout = list_.read();
    std::size_t chosen = choose_server(layout, request);
    if (!request.dry_run) chosen = recorded_place(layout, request, chosen);
    const Server& server = layout.servers[chosen];
    ApplyRequest here = request;
    here.basis = nullptr;
    ApplyResult result;
    if (server.is_catalog) {
        result = catalog_run_->apply(plan, here);
    } else {
        on(layout, server, [&](Run& run) { result = run.apply(plan, here); });
    }
    result.servers = {
        {.server = server.name,
         .end = ServerOutcome::End::Done,
         .version_id = result.version_id,
         .message = {}}};
    if (!server.is_catalog) {
        result.version_id = 0;
        result.rolled_back.reset();
    }
    return result;
}

void ServersRun::refuse_if_present(const ApplyRequest& request) const {
    const std::string& tenant = request.new_tenant->str();
    for (const ServerRecords& server : request.basis->servers) {
        if (!server.problem.empty()) {
            throw Error(
                ErrorKind::Unavailable,
                fmt::format(
                    "server {} cannot be read, so nobody knows whether it has tenant {}: {}",
                    server.name,
                    tenant,
                    server.problem
                )
            );
        }
        if (std::ranges::find(server.tenants, tenant) == server.tenants.end()) continue;
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "Failed to add tenant entry: tenant {} already exists on server {}",
                tenant,
                server.name
            )
        );
    }
}

std::size_t ServersRun::choose_server(const Layout& layout, const ApplyRequest& request) {
    if (!request.server.empty()) {
        const auto found = std::ranges::find(layout.servers, request.server, &Server::name);
        if (found == layout.servers.end()) {
            throw Error(ErrorKind::NotFound, fmt::format("there is no server {}", request.server));
        }
        return static_cast<std::size_t>(found - layout.servers.begin());
    }
    const auto& servers = request.basis->servers;
    const auto fewest = std::ranges::min_element(servers, {}, [](const ServerRecords& server) {
        return server.tenants.size();
    });
    const auto found = std::ranges::find(layout.servers, fewest->name, &Server::name);
    return found == layout.servers.end() ? 0
                                         : static_cast<std::size_t>(found - layout.servers.begin());
}

std::size_t ServersRun::recorded_place(
    const Layout& layout, const ApplyRequest& request, std::size_t chosen
) {
    const SchemaName& tenant = *request.new_tenant;
    const std::string recorded = catalog_run_->place(tenant, layout.servers[chosen].name);
    if (recorded == layout.servers[chosen].name) return chosen;
    const auto found = std::ranges::find(layout.servers, recorded, &Server::name);
    const bool is_there = found != layout.servers.end();
    if (is_there && request.server.empty()) {
        return static_cast<std::size_t>(found - layout.servers.begin());
    }
    throw Error(
        ErrorKind::MigrationFailed,
        fmt::format(
            "tenant {} was begun on server {}, which {}. {}",
            tenant.str(),
            recorded,
            is_there ? "is not the one that was asked for" : "is not configured any more",
            is_there ? "Leave --server out to finish it there, or run migrator remove-tenant first"
                     : "Configure that server again, or run migrator remove-tenant first"
        )
    );
}

/// Runs `work(run)` under the lock of a further server.
template <typename Work>
void ServersRun::on(const Layout& layout, const Server& server, Work&& work) {
    in_context("server " + server.name, [&] {
        const auto connector = list_.open(layout, server);
        const auto run = connector->try_begin_run(owner_);
        if (run == nullptr) {
            const auto owner = connector->lock_owner();
            throw Error(
                ErrorKind::Locked,
                fmt::format(
                    "the migration lock is held by {}", owner ? owner->owner : "another run"
                )
            );
        }
        work(*run);
    });
}

/// Runs `work(run)` on each server, the catalog's first.
template <typename Work>
void ServersRun::on_all(Work&& work) {
    const Layout layout = list_.read();
    std::size_t done = 0;
    try {
        for (const Server& server : layout.servers) {
            if (server.is_catalog) {
                work(*catalog_run_);
            } else {
                on(layout, server, work);
            }
            ++done;
        }
    } catch (const Error& error) {
        if (done == 0) throw;
        throw error.as(
            error.kind(),
            fmt::format(
                "{}\nThis is done on {} of {} servers; run the command again to finish it",
                error.what(),
                done,
                layout.servers.size()
            )
        );
    }
}

void ServersRun::accept(const Migration& migration, const std::vector<std::string>& names) {
    on_all([&](Run& run) { run.accept(migration, names); });
}

void ServersRun::add_places(const std::vector<SamePlace>& places) {
    on_all([&](Run& run) { run.add_places(places); });
}

void ServersRun::store_fingerprints(const std::vector<StoredFingerprint>&) {
    throw Error(
        ErrorKind::InvalidRequest,
        "schemas cannot be compared over several servers; set driftCheck: off"
    );
}

void ServersRun::rename(const std::vector<Rename>& renames) {
    on_all([&](Run& run) { run.rename(renames); });
}

void ServersRun::settle(const std::vector<std::string>& tenants) {
    on_all([&](Run& run) { run.settle(tenants); });
}

std::size_t ServersRun::server_called(const Layout& layout, const std::string& name) {
    const auto found = std::ranges::find(layout.servers, name, &Server::name);
    if (found == layout.servers.end()) {
        throw Error(ErrorKind::NotFound, fmt::format("there is no server {}", name));
    }
    return static_cast<std::size_t>(found - layout.servers.begin());
}

template <typename Work>
void ServersRun::on_any(const Layout& layout, std::size_t server, Work&& work) {
    if (layout.servers[server].is_catalog) return work(*catalog_run_);
    on(layout, layout.servers[server], work);
}

/// The only server beside `to` that has records of the tenant; `to` itself when there is none.
std::size_t ServersRun::holder_of(const Layout& layout, const SchemaName& tenant, std::size_t to) {
    std::size_t holder = to;
    for (std::size_t i = 0; i < layout.servers.size(); ++i) {
        if (i == to) continue;
        in_context("server " + layout.servers[i].name, [&] {
            const TenantRecords records =
                list_.open(layout, layout.servers[i])->tenant_records(tenant);
            if (!records.any()) return;
            if (holder != to) {
                throw Error(
                    ErrorKind::MigrationFailed,
                    fmt::format(
                        "tenant {} has records there and on server {}; nothing was moved",
                        tenant.str(),
                        layout.servers[holder].name
                    )
                );
            }
            holder = i;
        });
    }
    return holder;
}

void ServersRun::check_schemas(
    const Layout& layout, const SchemaName& tenant, std::size_t from, std::size_t to
) {
    const auto has_schema = [&](std::size_t server) {
        return !list_.open(layout, layout.servers[server])
                    ->existing_schemas({tenant.str()})
                    .empty();
    };
    if (!has_schema(to)) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "server {} has no schema {}; move the schema first. Nothing was moved",
                layout.servers[to].name,
                tenant.str()
            )
        );
    }
    if (!has_schema(from)) return;
    throw Error(
        ErrorKind::MigrationFailed,
        fmt::format(
            "server {} still has the schema {}; drop it there once the copy on {} is the one in "
            "use. Nothing was moved",
            layout.servers[from].name,
            tenant.str(),
            layout.servers[to].name
        )
    );
}

/// First the copy, then the removal: what is cut off between the two leaves a tenant that runs
/// report and do not touch, and the next try only removes.
std::string ServersRun::move_tenant(
    const SchemaName& tenant, const std::string& to, const std::vector<Migration>& sources
) {
    const Layout layout = list_.read();
    const std::size_t target = server_called(layout, to);
    const std::size_t holder = holder_of(layout, tenant, target);
    if (holder == target) {
        throw Error(
            ErrorKind::NotFound,
            fmt::format(
                "no other server than {} has records of tenant {}; nothing to move",
                to,
                tenant.str()
            )
        );
    }
    check_schemas(layout, tenant, holder, target);
    const TenantRecords records =
        list_.open(layout, layout.servers[holder])->tenant_records(tenant);
    const TenantRecords there = list_.open(layout, layout.servers[target])->tenant_records(tenant);
    const auto is_there = [&](const AppliedMigration& row) {
        return std::ranges::any_of(there.rows, [&](const AppliedMigration& known) {
            return known.migration.file == row.migration.file &&
                   known.migration.check_sum == row.migration.check_sum;
        });
    };
    const bool is_copied = !there.rows.empty() && std::ranges::all_of(records.rows, is_there);
    if (!is_copied) {
        on_any(layout, target, [&](Run& run) { run.take_over(tenant, records); });
    }
    on_any(layout, holder, [&](Run& run) { run.remove_tenant(tenant, sources, false); });
    catalog_run_->displace(tenant);
    return layout.servers[holder].name;
}

void ServersRun::forget(
    const SchemaName& tenant,
    const std::vector<const Migration*>& files,
    const std::vector<std::string>& other_names
) {
    const Layout layout = list_.read();
    const FoundTenant found = find_on_servers(list_, layout, tenant, {});
    const Server& server = layout.servers[found.server];
    const auto work = [&](Run& run) { run.forget(tenant, files, other_names); };
    if (server.is_catalog) return work(*catalog_run_);
    on(layout, server, work);
}

TenantTraces ServersRun::remove_tenant(
    const SchemaName& tenant, const std::vector<Migration>& sources, bool drop_schema
) {
    const Layout layout = list_.read();
    const FoundTenant found = find_on_servers(list_, layout, tenant, sources);
    TenantTraces removed;
    if (found.traces.any()) {
        const Server& server = layout.servers[found.server];
        const auto work = [&](Run& run) {
            removed = run.remove_tenant(tenant, sources, drop_schema);
        };
        if (server.is_catalog) {
            work(*catalog_run_);
        } else {
            on(layout, server, work);
        }
    }
    catalog_run_->displace(tenant);
    return removed;
}

}  // namespace migrator::db::servers
