#pragma once

#include <string>

#include "db/mysql/connection.hpp"

namespace migrator::db::mysql {

/// A server may give every session settings that change what our own statements do: SELECT stops
/// after a row (`sql_select_limit`), '' is NULL (`sql_mode`). Sets what these need, where it is not
/// set, and gives the statement that puts the session's settings back; empty: nothing was changed.
/// Nothing is changed on TiDB. Throws Unavailable.
std::string take_settings(Connection& connection);

}  // namespace migrator::db::mysql
