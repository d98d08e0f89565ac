#pragma once

#include <string>

#include "core/error.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::mysql {

/// What the server, or the client library, said.
struct ServerError {
    /// 2000 to 2999 and 5000 to 5999: of the client library; else of the server. Below 1000: a file
    /// of the server's, or one of LOAD DATA LOCAL, and then the connection may be lost though
    /// `connection_lost` does not say so.
    unsigned number = 0;
    std::string sqlstate;
    std::string message;
    bool connection_lost = false;
};

/// "Error 1064 (42000): You have an error …".
std::string describe(const ServerError& error);

/// Unavailable when the connection is gone, else Internal: our own SQL was refused; the advice then
/// is about privileges.
Error own_sql_error(const ServerError& error);

/// What became of statement number `statement` (from 1), which begins in line `line` of its
/// script, counted from 1. The server counts lines from the statement's first.
sql::Failure failure_of(const ServerError& error, std::size_t statement, std::uint32_t line);

/// A lock was not free in time, or there was a deadlock.
bool is_lock_failure(const ServerError& error);

/// The server refused user or password.
bool is_refused_password(const ServerError& error);

}  // namespace migrator::db::mysql
