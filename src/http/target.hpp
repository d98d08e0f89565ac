#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace migrator::http {

/// The target of a request line (RFC 9112, section 3.2), taken apart.
struct Target {
    std::string text;   ///< path and query as sent, without scheme and host
    std::string path;   ///< percent-decoded
    std::string query;  ///< as sent, without '?'

    bool operator==(const Target&) const = default;
};

/// Whether a path as sent hides what it is: a '%' stands for what needs none, a letter, a digit,
/// one of "-._~" or a slash. Whoever looks at paths in front of this program, and does not decode
/// them, takes it for another one.
bool is_disguised(std::string_view path);

/// Nothing unless `sent` begins with '/', 'http://' or 'https://', or is "*", and every '%' in
/// its path is followed by two hex digits.
std::optional<Target> parse_target(std::string_view sent);

}  // namespace migrator::http
