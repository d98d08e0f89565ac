#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "plan/fleet.hpp"

namespace migrator::plan {

/// One of several servers.
struct ServerStanding {
    std::string name;
    std::string problem;  ///< why it could not be read, nothing else is known then; else empty
    std::size_t tenants = 0;

    bool operator==(const ServerStanding&) const = default;
};

std::vector<ServerStanding> server_standings(const std::vector<ServerRecords>& servers);

/// What `migrator status` shows: the source and the database, one against the other.
struct StatusReport {
    std::vector<std::string> tenants;
    std::vector<TenantFailure> bad_tenants;  ///< no run can work for them
    std::size_t applied_files = 0;           ///< source migrations that are recorded
    std::vector<Version> latest;             ///< the newest version, if any
    Plan pending;                            ///< points into `sources`
    std::shared_ptr<const std::vector<Migration>> sources;
    std::vector<Migration> changed;
    std::vector<LaggingTenant> lagging;
    std::vector<std::string> unmanaged;       ///< that have a schema
    std::vector<std::string> without_schema;  ///< no tenant migration is recorded for them
    bool skips_without_schema = false;        ///< runs leave those out
    /// Planned, running or failed, of tenants that are listed and of single files.
    std::vector<TenantState> unfinished;
    std::vector<std::string> broken_objects;  ///< each says what to do
    std::optional<RunOwner> lock_owner;
    FleetStandings fleet;  ///< its page is empty
    /// Of several servers each, the catalog's first, and how many tenants it has; empty: there is
    /// one.
    std::vector<ServerStanding> servers;

    /// Whether the next apply has files for the tenant of this state (single files: for them).
    bool is_pending(const TenantState& state) const;
    /// Whether the run that holds the lock has written this state.
    bool is_at_work(const TenantState& state) const {
        return lock_owner &&
               (lock_owner->since == TimePoint{} || state.changed >= lock_owner->since);
    }
};

}  // namespace migrator::plan
