#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace migrator::db::sqlserver {

/// What the server said when it refused something, or the driver when the connection broke.
struct ServerError {
    /// The first message, without the driver's "[…]" in front: "Invalid object name 'x'. (Msg
    /// 208)".
    std::string message;
    std::string detail;       ///< further messages, one a line
    std::string sqlstate;     ///< "42S02"
    std::int32_t number = 0;  ///< the server's Msg; 0 when it is the driver's own error
    std::uint32_t line = 0;   ///< in the batch that was sent, from 1; 0: unknown
    std::string procedure;    ///< where the line is in, when it is not the batch
    bool connection_lost = false;
};

/// From the diagnostics of an ODBC handle of `kind` (SQL_HANDLE_STMT, …) whose last call failed.
ServerError read_error(std::int16_t kind, void* handle);

/// What the server has said beside its results, of a handle whose last call has succeeded.
std::vector<ServerError> read_infos(std::int16_t kind, void* handle);

/// All of it on one line.
std::string describe(const ServerError& error);

/// For our own SQL: Unavailable when the connection is gone or a lock was not got in time, else
/// Internal.
Error own_sql_error(const ServerError& error);

inline constexpr std::int32_t kNoSuchObject = 208;
inline constexpr std::int32_t kEndedInProcedure = 266;  // another count of transactions than before
inline constexpr std::int32_t kDeadlock = 1205;
inline constexpr std::int32_t kLockTimeout = 1222;
inline constexpr std::int32_t kEndedInTrigger = 3609;
inline constexpr std::int32_t kLoginFailed = 18456;

}  // namespace migrator::db::sqlserver
