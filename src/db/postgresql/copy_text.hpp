#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace migrator::db::postgresql {

/// Appends one column value in COPY's text format (backslash, tab and line ends escaped).
void append_copy_text(std::string& out, std::string_view value);

/// The bytes that it appends.
std::size_t copied_bytes(std::string_view value);

}  // namespace migrator::db::postgresql
