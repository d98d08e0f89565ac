#pragma once

#include <string_view>

/// What is shown where a secret stands, or may stand.
namespace migrator {

inline constexpr std::string_view kMask = "***";

/// `host`, `host:5432`, `[::1]:5432`, `:5432` or nothing, a host perhaps percent-encoded: a place,
/// and not the piece of a URL that has a password in it.
bool is_host_and_port(std::string_view text);

}  // namespace migrator
