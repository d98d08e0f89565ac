#pragma once

#include <string>

#include "core/error.hpp"
#include "db/options.hpp"

/// `kDatabaseToken` in the place of a password. A token is a password for anybody who gets it: it
/// goes to the server that it is for, which has to be verified, or nowhere.
namespace migrator::db::sql {

/// An Error of kind Configuration about the token of a data source.
Error token_error(const std::string& what);

/// `Options::database_token`. Throws `token_error` when there is none.
decltype(Options::database_token) token_maker(const Options& options);

/// The first file of certificate authorities that this system has; empty: none. `for_rds`: those of
/// RDS before the others, as its certificates are not from a public authority.
std::string authorities(bool for_rds);

}  // namespace migrator::db::sql
