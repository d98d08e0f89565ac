#include "db/mysql/server_error.hpp"

#include <fmt/format.h>

#include <charconv>

#include "db/mysql/hints.hpp"

namespace migrator::db::mysql {
namespace {

constexpr unsigned kAccessDenied = 1045;
constexpr unsigned kSyntaxError = 1064;
constexpr unsigned kLockWaitTimeout = 1205;
constexpr unsigned kDeadlock = 1213;

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
    if (error.connection_lost) return {ErrorKind::Unavailable, describe(error)};
    Error refused(ErrorKind::Internal, describe(error));
    if (!is_lock_failure(error)) refused.advise(own_hint_for(error));
    return refused;
}

sql::Failure failure_of(const ServerError& error, std::size_t statement, std::uint32_t line) {
    sql::Failure failure;
    failure.statement = statement;
    failure.line = line;
    if (line > 0 && error.number == kSyntaxError) failure.line += line_in(error.message) - 1;
    failure.message = fmt::format("Error {}: {}", error.number, error.message);
    failure.sqlstate = error.sqlstate;
    failure.hint = hint_for(error);
    failure.connection_lost = error.connection_lost;
    failure.lock_timed_out = error.number == kLockWaitTimeout;
    return failure;
}

bool is_lock_failure(const ServerError& error) {
    return error.number == kLockWaitTimeout || error.number == kDeadlock;
}

bool is_refused_password(const ServerError& error) { return error.number == kAccessDenied; }

}  // namespace migrator::db::mysql
