#pragma once

#include "db/sqlite/attachments.hpp"
#include "db/sqlite/connection.hpp"

namespace migrator::db::sqlite {

/// Undoes what scripts have left in the connection but not in the files: temporary objects and
/// settings. Works inside a transaction, which goes on. Throws Error.
void clean_up(Connection& connection, const Attachments& attachments);

/// What `last_insert_rowid()` and `changes()` tell is as on a new connection.
void forget_keys(Connection& connection);

}  // namespace migrator::db::sqlite
