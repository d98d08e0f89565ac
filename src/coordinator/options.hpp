#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/options.hpp"
#include "identity/places.hpp"

namespace migrator::coordinator {

/// What to do about a file that was edited after it was applied.
enum class ChecksumVerification : std::uint8_t { Fail, Warn, Off };

/// What to do about a source that does not fit what is recorded.
enum class Reaction : std::uint8_t { Fail, Warn, Allow };

/// Whose changes the audit records.
enum class AuditMode : std::uint8_t {
    Auto,  ///< those of known principals, if its tables are there or can be made
    On,    ///< everybody's; without its tables they are refused
    Off,
};

/// What becomes of a tenant without recorded migrations to whom a run would give the newest files
/// alone.
enum class UnmanagedTenants : std::uint8_t {
    Apply,   ///< it gets them
    Skip,    ///< it is left out
    Refuse,  ///< it has failed
};

/// What a run does about tenants whose schema is not the one that the last run has left.
enum class DriftReaction : std::uint8_t {
    Off,   ///< nothing, and stores nothing
    Warn,  ///< it says so
    Fail,  ///< they have failed
};

/// How the schemas of tenants are compared.
struct DriftOptions {
    DriftReaction check = DriftReaction::Off;
    std::vector<std::string> ignore;  ///< as `db::CatalogWanted::ignored`
    bool comments = false;            ///< are compared, too
    bool owners = false;
};

struct Options {
    ChecksumVerification checksum_verification = ChecksumVerification::Fail;
    Reaction moved_files = Reaction::Fail;      ///< a new file that a recorded one has become
    Reaction out_of_order = Reaction::Warn;     ///< a new file that comes before a recorded one
    Reaction missing_files = Reaction::Warn;    ///< a recorded file that is not in the source
    std::optional<UnmanagedTenants> unmanaged;  ///< unset: as who asks for the run would have it
    db::MissingSchemas missing_schemas = db::MissingSchemas::Warn;
    identity::Source source;                         ///< where the files are
    std::chrono::milliseconds lock_timeout{30'000};  ///< wait for the migration lock
    std::size_t run_queue = 16;                      ///< runs that wait in this process
    AuditMode audit = AuditMode::Auto;
    DriftOptions drift;
    std::string audit_key;  ///< a secret; empty: the chain has no key
};

}  // namespace migrator::coordinator
