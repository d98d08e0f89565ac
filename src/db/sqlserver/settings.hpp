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

/// Into the open transaction: what stays when it is committed, and goes when it is rolled back.
inline constexpr const char* kMarkBatch = "create table #migrator_mark (id int)";

/// What has become of our transaction. One row: @@trancount; xact_state(); 1 unless the fence of
/// the run has gone with it, which only our database can tell; 1 when `kMarkBatch` has stayed.
/// Without NOEXEC and the like off, it may give none.
std::string state_query(const ServerFacts& facts);

/// After a script that may have changed the session, in the open transaction: our settings again,
/// and those off that would keep later scripts from running. Gives the row of `state_query`.
std::string check_batch(const ServerFacts& facts, const sql::WorkSettings& settings);

/// Makes the session as on a new connection, with our limits: database, SET options, and the user
/// where a script has said EXECUTE AS (`reverts`). Works in a transaction and outside.
std::string reset_batch(const ServerFacts& facts, const sql::WorkSettings& settings, bool reverts);

/// Behind that: IDENTITY_INSERT off for a table that a script has left it on for, named as in the
/// script. The table may be gone, or another one by now.
std::string identity_insert_off_batch(std::string_view table);

/// Commits if our transaction is the only one, the one that we began, and can be committed. The row
/// of `state_query` as it was before. `fenced`: it was begun with the fence.
std::string commit_batch(const ServerFacts& facts, bool fenced);

std::string rollback_batch();

/// `set lock_timeout N`; unset: no limit.
std::string lock_timeout_batch(const std::optional<std::chrono::milliseconds>& limit);

}  // namespace migrator::db::sqlserver
