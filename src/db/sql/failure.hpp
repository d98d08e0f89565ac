#pragma once

#include <string>

#include "core/error.hpp"
#include "core/migration.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql {

/// "ERROR: relation "t" does not exist (SQLSTATE 42P01)", then DETAIL, HINT and CONTEXT on lines of
/// their own, as far as they are there.
std::string describe(const Failure& failure);

/// "SQL migration FILE failed with error: …" with schema, statement and line, and, for errors that
/// come from running inside a transaction, how to mark the file. MigrationFailed, or Unavailable
/// when the connection was lost.
Error script_error(const Migration& migration, const std::string& schema, const Failure& failure);

/// "Could not commit transaction: …".
Error commit_error(const Failure& failure);

/// What can be done about a statement that refuses a transaction, for `name`, a file name.
std::string no_transaction_advice(const std::string& name);

}  // namespace migrator::db::sql
