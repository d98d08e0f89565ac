#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/file_set.hpp"
#include "core/migration.hpp"
#include "core/tenant_list.hpp"

namespace migrator {

/// A set of kinds, as bits.
constexpr unsigned kind_bit(MigrationType type) { return 1U << (static_cast<unsigned>(type) - 1); }
inline constexpr unsigned kMigrationKinds =
    kind_bit(MigrationType::SingleMigration) | kind_bit(MigrationType::TenantMigration);

/// Whether a recorded file is, or was, one of the source's.
enum class Belonging : std::uint8_t {
    Elsewhere,  ///< in another place, or no longer loaded
    Perhaps,    ///< below the base location, and where another project could have it, too
    Here,
};

/// What the metadata knows of one file, over all schemas.
struct AppliedFile {
    unsigned kinds = 0;     ///< it has rows of these
    std::string check_sum;  ///< of its newest row of any kind; empty when that is null
    Belonging belonging = Belonging::Here;
    std::int64_t newest_row = 0;  ///< its id; 0: unknown

    /// A file that changes from a single migration to a tenant migration is another one.
    bool is_recorded_as(MigrationType type) const { return (kinds & kind_bit(type)) != 0; }
    bool as_migration() const { return (kinds & kMigrationKinds) != 0; }
    bool operator==(const AppliedFile&) const = default;
};

/// Two places whose files are the same. A place that is the same as itself is one of its own: its
/// files are those of no other place.
struct SamePlace {
    std::string place;  ///< as `identity::normalized` spells it, like the next
    std::string same_as;
};

/// Where the source's files are recorded, if not below its base location.
struct BaseFinding {
    std::string today;                   ///< base location of the source; empty: unknown
    std::optional<std::string> adopted;  ///< its files are the source's, and nobody has said so
    /// Base locations with records of which one may be the source's, or none. A person has to say.
    std::vector<std::string> elsewhere;
    std::string why_not;  ///< why none of them was adopted

    bool operator==(const BaseFinding&) const = default;
};

/// One row of `migrator_tenant_state`: a run that was planned for this tenant and has not ended
/// well. Single files have the empty tenant name.
struct TenantState {
    std::string tenant;
    std::int64_t version_id = 0;
    std::string first_file;      ///< identity of the first file the run had planned for it
    std::string state;           ///< "planned", "running" or "failed"
    std::string file;            ///< the file in work or failed; may be empty
    std::int64_t statement = 0;  ///< number of its statements known to have run
    std::string sqlstate;
    std::string message;
    std::chrono::system_clock::time_point changed;

    bool operator==(const TenantState&) const = default;
};

/// What one of several servers has, as far as a plan for it alone needs it.
struct ServerRecords {
    std::string name;
    /// Why it could not be read; nothing else is known of it then. Empty: it was.
    std::string problem;
    bool is_catalog = false;           ///< the server of `dataSource`
    std::vector<std::string> tenants;  ///< that are on this server alone, in the order of its list
    /// The source's migrations, each as a migration of its kind, that are recorded there.
    FileSet recorded;
};

/// What the metadata says, as far as a plan needs it. Missing tables read as empty.
struct Applied {
    std::unordered_map<std::string, AppliedFile> files;  ///< by identity
    BaseFinding base;
    /// Identities of files that are recorded under other names, by these names. In all else here
    /// such files have their identity of today.
    std::unordered_map<std::string, std::string> renamed;
    std::vector<SamePlace> places;       ///< what persons have declared, and runs have adopted
    std::vector<std::string> tenants;    ///< in the order of the tenant list
    std::vector<BadTenant> bad_tenants;  ///< as in `TenantList`
    std::vector<std::string> tenant_warnings;  ///< the same
    /// Tenants without recorded tenant migrations whose schema the server does not have, in that
    /// order. Empty where that was not looked for.
    std::vector<std::string> without_schema;
    std::vector<TenantState> states;

    /// For each tenant that has any row of type 2: how many of the source's tenant migrations
    /// it has a row for.
    std::unordered_map<std::string, std::size_t> counts;
    /// The source's tenant migrations that a tenant has, only for tenants where `counts` says
    /// that some recorded file is missing, or that have a state. Others have all or none.
    std::unordered_map<std::string, FileSet> files_of_tenant;

    /// The servers, of which the first is the catalog's; empty: there is one, and all else here is
    /// its own. Of several, all else is what they have together: a single migration is recorded
    /// only when all that can be read and that run it have it.
    std::vector<ServerRecords> servers;
    FileSet catalog_only;  ///< files of single schemas that run on the catalog's server alone
};

/// A file to run, and for which schemas, in this order.
struct PlannedFile {
    const Migration* migration = nullptr;  ///< lives in the vector of sources
    /// Never null. Empty for a tenant file when there are no tenants: it counts, nothing runs.
    std::shared_ptr<const std::vector<std::string>> schemas;
};

/// What is missing, in the order to run it.
struct Plan {
    std::vector<PlannedFile> files;
    std::vector<std::string> tenants;  ///< the tenants considered

    bool empty() const { return files.empty(); }
};

/// A tenant that lacks files which the metadata knows from others.
struct LaggingTenant {
    std::string tenant;
    std::vector<std::string> missing;  ///< identities, in source order

    bool operator==(const LaggingTenant&) const = default;
};

/// A tenant that a run could not bring up: its transaction was rolled back, the others went on.
struct TenantFailure {
    std::string tenant;
    std::string file;            ///< identity of the file in work; empty when it was none
    std::int64_t statement = 0;  ///< number in the file of the one that failed; 0 when unknown
    std::string sqlstate;        ///< may be empty
    std::string message;

    bool operator==(const TenantFailure&) const = default;
};

/// A tenant that a run leaves for a later one, and the first migration that it is owed.
struct OwedTenant {
    std::string tenant;
    std::string first_file;

    bool operator==(const OwedTenant&) const = default;
};

/// What became of a run on one of several servers.
struct ServerOutcome {
    enum class End : std::uint8_t {
        Done,         ///< all that was planned there, but for tenants that failed
        Failed,       ///< a file failed there, and what is not committed was rolled back
        Unreachable,  ///< it could not be reached, or was lost
        Locked,       ///< another run holds its lock
        NotBegun,     ///< the run had ended before it got there
    };
    std::string server;
    End end = End::Done;
    std::int64_t version_id = 0;  ///< of the server itself; 0: nothing was recorded there
    std::string message;          ///< why it is not done, and what to do; else empty

    bool operator==(const ServerOutcome&) const = default;
};

/// Who holds or wants the migration lock, as `migrator_lock` shows it to those who wait.
struct RunOwner {
    std::string run_id;  ///< a UUID
    std::string owner;   ///< host and process, for people
    std::string request_id;
    std::string version_name;
    std::chrono::system_clock::time_point since;
};

}  // namespace migrator
