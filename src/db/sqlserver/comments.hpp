#pragma once

#include <string>
#include <string_view>

namespace migrator::db::sqlserver {

/// The text with blanks for each '/' that opens or closes a comment inside a comment, so that who
/// doesn't nest comments reads it as the server does. FreeTDS's driver doesn't, and rewrites `{…}`
/// and `?` where it sees code. Lengths and lines stay. `copy` holds the text when it differs.
std::string_view with_flat_comments(std::string_view text, std::string& copy);

}  // namespace migrator::db::sqlserver
