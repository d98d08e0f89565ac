#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace migrator::access {

enum class Padding : bool { Refused, Allowed };

/// The bytes of base64url (RFC 4648, section 5). Nothing for another character, for padding where
/// it is refused, and for text that `base64url` would not write: each value has one spelling.
std::optional<std::string> base64url_decoded(
    std::string_view text, Padding padding = Padding::Refused
);

/// Without padding.
std::string base64url(std::string_view bytes);

}  // namespace migrator::access
