#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "db/sql/session.hpp"

/// The statements that make a session or a transaction ours. Nothing here talks to a server.
namespace migrator::db::postgresql {

/// Keys of the advisory locks (docs/compatibility.md, "Metadata tables"): every version of this
/// program has to use the same. Each metadata schema has its own.
struct LockKeys {
    std::string run = "7883946363647717234";
    std::string fence = "7883946363647717235";
};
LockKeys lock_keys(std::string_view metadata_schema);

/// What a server offers, as far as it decides what we send.
struct ServerFacts {
    int version = 0;  ///< 150004
    /// It takes `client_connection_check_interval`: 14 and later, where its system can do it.
    bool checks_clients = false;
    /// It takes no message of several statements for granted: Citus sends the whole message on to
    /// its workers for some statements, which refuse it.
    bool single_statements = false;
};

enum class Scope : std::uint8_t { Transaction, Session };

/// Our own limits. A time limit that `settings` leaves open stays as the server or the data
/// source has it.
std::vector<std::string> limit_statements(
    const sql::WorkSettings& settings, const ServerFacts& facts, Scope scope
);

struct Cleaning {
    bool session_locks = true;  ///< advisory locks of the session, too
    /// There may be temporary tables whose deferred checks are due: they are made first.
    bool temporary_checks = false;
    bool sequences = true;  ///< what `currval` and `lastval` tell, too
};

/// Everything of a session that a script may have changed, back to how it was on connecting; in a
/// transaction and outside one, where `discard all` is refused or does too much.
std::vector<std::string> cleaning_statements(const Cleaning& cleaning);

std::string join(const std::vector<std::string>& statements);

std::string quote_identifier(std::string_view name);

}  // namespace migrator::db::postgresql
