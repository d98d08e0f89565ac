#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migrator {

/// The kind of a file, by the list of directories it was found in: a row of `kKinds` tells what it
/// is. The values are stored.
enum class MigrationType : std::uint8_t {
    SingleMigration = 1,
    TenantMigration = 2,
    SingleScript = 3,
    TenantScript = 4,
};

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
    std::string audit_head;                 ///< hash of its row in the audit; empty: none

    /// Executions of all kinds together.
    std::int64_t migrations_grand_total() const;
    std::int64_t scripts_grand_total() const;
};

/// How often a file runs for a schema.
enum class Runs : bool { Once, Always };

/// A kind of file. What has to know the kinds walks `kKinds`.
struct Kind {
    MigrationType type;
    std::string_view name;        ///< as GraphQL calls it
    std::string_view for_people;  ///< of one file
    std::string_view key;         ///< of its directories in the configuration, of its files in JSON
    bool for_tenants;  ///< runs for every tenant, instead of for the schema of its directory
    Runs runs;
    int turn;  ///< files of a lower one come first in source order, whatever their names
    std::int64_t Summary::*files;
    std::int64_t Summary::*executions;  ///< where it is not for tenants: the files
};

/// In the order in which directories are read.
inline constexpr Kind kKinds[] = {
    {.type = MigrationType::SingleMigration,
     .name = "SingleMigration",
     .for_people = "single migration",
     .key = "singleMigrations",
     .for_tenants = false,
     .runs = Runs::Once,
     .turn = 0,
     .files = &Summary::single_migrations,
     .executions = &Summary::single_migrations},
    {.type = MigrationType::TenantMigration,
     .name = "TenantMigration",
     .for_people = "tenant migration",
     .key = "tenantMigrations",
     .for_tenants = true,
     .runs = Runs::Once,
     .turn = 0,
     .files = &Summary::tenant_migrations,
     .executions = &Summary::tenant_migrations_total},
    {.type = MigrationType::SingleScript,
     .name = "SingleScript",
     .for_people = "single script",
     .key = "singleScripts",
     .for_tenants = false,
     .runs = Runs::Always,
     .turn = 1,
     .files = &Summary::single_scripts,
     .executions = &Summary::single_scripts},
    {.type = MigrationType::TenantScript,
     .name = "TenantScript",
     .for_people = "tenant script",
     .key = "tenantScripts",
     .for_tenants = true,
     .runs = Runs::Always,
     .turn = 2,
     .files = &Summary::tenant_scripts,
     .executions = &Summary::tenant_scripts_total}};

inline constexpr Kind kNoKind{.for_people = "file", .runs = Runs::Always};

/// The row of a kind. A number that is none, from a database, reads as a script without a name.
constexpr const Kind& kind_of(MigrationType type) {
    for (const Kind& kind : kKinds) {
        if (kind.type == type) return kind;
    }
    return kNoKind;
}

/// A script runs at every apply; a migration once per schema.
constexpr bool is_script(MigrationType type) { return kind_of(type).runs == Runs::Always; }
/// Runs once for every tenant, instead of once for the schema of its directory.
constexpr bool is_for_tenants(MigrationType type) { return kind_of(type).for_tenants; }
constexpr bool is_single_migration(MigrationType type) {
    return !is_script(type) && !is_for_tenants(type);
}
constexpr bool is_tenant_migration(MigrationType type) {
    return !is_script(type) && is_for_tenants(type);
}

}  // namespace migrator
