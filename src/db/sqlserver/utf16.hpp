#pragma once

#include <string>
#include <string_view>

namespace migrator::db::sqlserver {

/// What ODBC's wide functions take. A byte that is not UTF-8 becomes U+FFFD.
std::u16string to_utf16(std::string_view utf8);

/// Half a surrogate pair becomes U+FFFD.
std::string to_utf8(std::u16string_view utf16);

}  // namespace migrator::db::sqlserver
