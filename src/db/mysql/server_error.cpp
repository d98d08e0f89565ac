#include "db/mysql/server_error.hpp"

#include <fmt/format.h>

#include <charconv>

namespace migrator::db::mysql {
namespace {

constexpr unsigned kAccessDenied = 1045;
constexpr unsigned kSyntaxError = 1064;
constexpr unsigned kLockWaitTimeout = 1205;
constexpr unsigned kDeadlock = 1213;
constexpr unsigned kNotTransactional = 1785;  // under enforce_gtid_consistency

/// The number in "… near '…' at line 3"; 1 when there is none.
std::uint32_t line_in(std::string_view message) {
    constexpr std::string_view kAtLine = " at line ";
    const auto at = message.rfind(kAtLine);
    if (at == std::string_view::npos) return 1;
    const std::string_view digits = message.substr(at + kAtLine.size());
    std::uint32_t line = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), line);
    return line == 0 ? 1 : line;
}

}  // namespace

std::string describe(const ServerError& error) {
    return fmt::format("Error {} ({}): {}", error.number, error.sqlstate, error.message);
}

Error own_sql_error(const ServerError& error) {
    return {error.connection_lost ? ErrorKind::Unavailable : ErrorKind::Internal, describe(error)};
}

sql::Failure failure_of(const ServerError& error, std::size_t statement, std::uint32_t line) {
    sql::Failure failure;
    failure.statement = statement;
    failure.line = line;
    if (line > 0 && error.number == kSyntaxError) failure.line += line_in(error.message) - 1;
    failure.message = fmt::format("Error {}: {}", error.number, error.message);
    failure.sqlstate = error.sqlstate;
    if (error.number == kNotTransactional) {
        failure.hint =
            "the table does not support transactions (MyISAM); begin the file with the comment "
            "\"-- migrator:no-transaction\", or add it to noTransaction in the configuration";
    }
    failure.connection_lost = error.connection_lost;
    failure.lock_timed_out = error.number == kLockWaitTimeout;
    return failure;
}

bool is_lock_failure(const ServerError& error) {
    return error.number == kLockWaitTimeout || error.number == kDeadlock;
}

bool is_refused_password(const ServerError& error) { return error.number == kAccessDenied; }

}  // namespace migrator::db::mysql
