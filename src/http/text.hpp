#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace migrator::http {

/// The value of a field of a log line: one word of printable ASCII, which means one text only.
/// A blank and every other byte become `\xNN`, a backslash becomes two.
std::string escape_for_log(std::string_view text);

/// What an exception says, for a log line; any exception, also none.
std::string text_of(const std::exception_ptr& error);

/// The body of an answer that reports an error: `{"error":"MESSAGE"}`.
std::string error_body(std::string_view message);

}  // namespace migrator::http
