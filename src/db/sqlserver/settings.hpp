#pragma once

#include <string>

#include "db/sql/session.hpp"

namespace migrator::db::sqlserver {

/// What a new connection is asked once: how `reset` has to leave the session.
struct ServerFacts {
    std::string database;
    std::string language;  ///< as @@language gives it
    std::string login;     ///< who the session works as
    std::string session;   ///< its number
};

/// Query for ServerFacts: one row, its fields in their order. Azure SQL and SQL Server answer
/// alike.
inline constexpr const char* kFactsQuery = "select db_name(), @@language, suser_sname(), @@spid";

// Each of these is one batch without parameters: a SET in a batch with parameters would end with
// it.

/// Begins our transaction. A failure ends it as a whole (XACT_ABORT), and waits for locks have our
/// limit.
std::string begin_batch(const sql::WorkSettings& settings);

/// After a script that may have changed the session, in the open transaction: our settings again,
/// and those off that would keep later scripts from running. Gives a row: @@trancount,
/// xact_state().
std::string check_batch(const sql::WorkSettings& settings);

/// Makes the session as on a new connection, with our limits: database, user, SET options.
/// `identity_insert`: a table that a script has left IDENTITY_INSERT on for; may be empty. Works
/// in a transaction and outside.
std::string reset_batch(
    const ServerFacts& facts, const sql::WorkSettings& settings, const std::string& identity_insert
);

/// Commits if our transaction is the only one and can be committed. A row: @@trancount and
/// xact_state() as they were before.
std::string commit_batch();

std::string rollback_batch();

/// `set lock_timeout N`; unset: no limit.
std::string lock_timeout_batch(const std::optional<std::chrono::milliseconds>& limit);

}  // namespace migrator::db::sqlserver
