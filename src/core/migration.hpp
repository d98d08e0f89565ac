#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migrator {

/// The kind of a file, by the list of directories it was found in. The values are stored.
enum class MigrationType : std::uint8_t {
    SingleMigration = 1,
    TenantMigration = 2,
    SingleScript = 3,
    TenantScript = 4,
};

/// A script runs at every apply; a migration once per schema.
constexpr bool is_script(MigrationType type) { return type >= MigrationType::SingleScript; }
/// Runs once for every tenant, instead of once for the schema of its directory.
constexpr bool is_for_tenants(MigrationType type) {
    return type == MigrationType::TenantMigration || type == MigrationType::TenantScript;
}

/// A file of the source: a migration or a script.
struct Migration {
    std::string name;        ///< file name
    std::string source_dir;  ///< directory or location it is in
    std::string file;        ///< its identity: absolute path or URL
    MigrationType type = MigrationType::SingleMigration;
    std::string contents;   ///< bytes as read, placeholder not replaced
    std::string check_sum;  ///< lower-case hex SHA-256 of `contents`

    bool operator==(const Migration&) const = default;
};

/// The schema of a single migration or script: the last element of `source_dir`.
std::string_view schema_of_directory(std::string_view source_dir);

/// One row of `migrator_migrations`.
struct AppliedMigration {
    std::int64_t id = 0;
    Migration migration;  ///< `contents` is empty where the caller did not ask for it
    std::string schema;
    std::chrono::system_clock::time_point created;  ///< the epoch when the column is null
    std::int64_t version_id = 0;                    ///< 0 in a database of v4

    bool operator==(const AppliedMigration&) const = default;
};

/// One row of `migrator_versions`.
struct Version {
    std::int64_t id = 0;
    std::string name;
    std::chrono::system_clock::time_point created;

    bool operator==(const Version&) const = default;
};

/// Whether pending files are run, or only recorded as applied.
enum class Action : std::uint8_t { Apply, Sync };

/// What became of the tenants of a run that works for them one by one.
struct FleetSummary {
    std::int64_t tenants_done = 0;  ///< everything that the run had planned for them
    std::int64_t tenants_failed = 0;
    std::int64_t tenants_skipped = 0;  ///< left for a later run: a canary, or too many failed
    std::int64_t retries = 0;          ///< tries that met what passes, such as a lock

    bool operator==(const FleetSummary&) const = default;
};

/// What one call did, as v1 `results`, v2 `summary`, the webhook and the command line show it.
/// A dry run and a sync count as an apply does.
struct Summary {
    std::int64_t version_id = 0;  ///< 0: no version was created
    std::chrono::system_clock::time_point started_at;
    std::chrono::nanoseconds duration{0};
    std::int64_t tenants = 0;  ///< tenants considered
    std::int64_t single_migrations = 0;
    std::int64_t tenant_migrations = 0;        ///< files
    std::int64_t tenant_migrations_total = 0;  ///< executions
    std::int64_t single_scripts = 0;
    std::int64_t tenant_scripts = 0;        ///< files
    std::int64_t tenant_scripts_total = 0;  ///< executions
    std::optional<FleetSummary> fleet;      ///< only of a run that could leave a tenant behind

    std::int64_t migrations_grand_total() const {
        return single_migrations + tenant_migrations_total;
    }
    std::int64_t scripts_grand_total() const { return single_scripts + tenant_scripts_total; }
};

}  // namespace migrator
