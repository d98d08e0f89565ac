#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace migrator::http {

/// Compares as header names and other tokens are compared: ASCII letters in any case.
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// `text` without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text) noexcept;

/// For a log line: everything but printable ASCII becomes `\xNN`.
std::string escape_for_log(std::string_view text);

/// What an exception says, for a log line; any exception, also none.
std::string text_of(const std::exception_ptr& error);

/// The body of an answer that reports an error: `{"error":"MESSAGE"}`.
std::string error_body(std::string_view message);

}  // namespace migrator::http
