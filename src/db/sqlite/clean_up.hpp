#pragma once

#include "db/sqlite/attachments.hpp"
#include "db/sqlite/connection.hpp"

namespace migrator::db::sqlite {

/// Undoes what scripts have left in the connection but not in the files: temporary objects and
/// settings. Works inside a transaction, which goes on. Throws Error.
void clean_up(Connection& connection, const Attachments& attachments);

}  // namespace migrator::db::sqlite
