#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace migrator::access {

/// The signatures that are accepted (RFC 7518, RFC 8037). No other is compiled in.
enum class Algorithm : std::uint8_t { Rs256, Ps256, Es256, EdDsa };

/// "RS256", "PS256", "ES256", "EdDSA", spelled exactly so.
std::optional<Algorithm> algorithm_called(std::string_view name) noexcept;

}  // namespace migrator::access
