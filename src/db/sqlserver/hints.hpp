#pragma once

#include <string>

#include "db/sqlserver/server_error.hpp"

namespace migrator::db::sqlserver {

/// What to do about an error of a batch in a file, for people; empty where the server's own message
/// says all that can be said.
std::string hint_for(const ServerError& error);

/// The same where a statement of migrator's own was refused.
std::string own_hint_for(const ServerError& error);

/// What to change so that the server takes the connection. Empty: the error may pass by waiting.
std::string connect_hint_for(const ServerError& error);

}  // namespace migrator::db::sqlserver
