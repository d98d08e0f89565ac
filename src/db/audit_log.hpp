#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace migrator::db {

class AuditChain;

/// What somebody did, or was refused. All texts are valid UTF-8 without NUL.
struct AuditEntry {
    std::string time;       ///< RFC 3339, by this process's clock
    std::string outcome;    ///< "asked", "done", "failed", "refused"
    std::string operation;  ///< "apply", "create-tenant", "accept", …
    std::string principal;  ///< who; empty: nobody knows
    std::string proof;      ///< how that was proved
    std::string role;
    std::string address;       ///< where the request came from
    std::string request_id;    ///< the one of the log
    std::string details;       ///< JSON object: the operation's parameters
    std::string plan;          ///< SHA-256 of what was planned, in hex; may be empty
    std::int64_t version = 0;  ///< that was created; 0: none
    std::int64_t asked = 0;    ///< the row "asked" whose end this is; 0: there is none
    std::string message;       ///< why it failed or was refused

    bool operator==(const AuditEntry&) const = default;
};

/// A row of `migrator_audit`. `AuditChain` says how `hash` is made.
struct AuditRow {
    std::int64_t id = 0;  ///< its place in the chain, from 1, without gaps
    AuditEntry entry;
    std::string key_id;  ///< of the key that `hash` is made with; empty: none
    std::string hash;    ///< in hex
};

/// The row of `migrator_audit_head`: the end of the chain.
struct AuditHead {
    std::int64_t rows = 0;
    std::string hash;  ///< of the last row; empty: there is none

    bool operator==(const AuditHead&) const = default;
};

/// The table `migrator_audit`. All functions may be called from several threads; they throw as the
/// Connector's do. While there is no such table they find nothing.
class AuditLog {
public:
    virtual ~AuditLog() = default;

    /// Makes the tables if they are missing. Gives why that is not possible, if it isn't: what the
    /// server said. For who holds the migration lock.
    virtual std::optional<std::string> prepare() = 0;

    /// Adds a row and moves the head, in a transaction of its own on a connection of its own. Two
    /// at once, from anywhere, follow one another. Waits up to `patience` for others. Nothing when
    /// there is no such table. Throws Unavailable when the row was not written, or nobody knows.
    virtual std::optional<AuditHead> append(
        const AuditEntry& entry, const AuditChain& chain, std::chrono::milliseconds patience
    ) = 0;

    /// Nothing when there is no table. Throws Unavailable when its row is missing.
    virtual std::optional<AuditHead> head() = 0;

    /// The rows from number `first` to `last`, oldest first, as they come from the database.
    virtual void read(
        std::int64_t first, std::int64_t last, const std::function<void(const AuditRow&)>& row
    ) = 0;

    /// Who created the versions, by their ids. Versions of unknown origin are missing.
    virtual std::map<std::int64_t, std::string> creators() = 0;
};

}  // namespace migrator::db
