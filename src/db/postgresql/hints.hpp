#pragma once

#include <string>
#include <string_view>

#include "db/postgresql/server_error.hpp"

namespace migrator::db::postgresql {

/// What to do about an error of a statement in a file, for people: the server's own hint, then ours
/// by SQLSTATE and object. Empty where the message says all that can be said.
std::string hint_for(const ServerError& error);

/// The same where a statement of migrator's own was refused; empty: not known.
std::string own_hint_for(const ServerError& error);

/// What to change so that the server takes the connection, by what libpq says of the failure.
/// Empty: the error may pass by waiting.
std::string connect_hint_for(std::string_view message);

}  // namespace migrator::db::postgresql
