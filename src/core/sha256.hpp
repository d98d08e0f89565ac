#pragma once

#include <string>
#include <string_view>

namespace migrator {

/// SHA-256 of `bytes` (FIPS 180-4), as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// HMAC-SHA-256 of `message` (RFC 2104). Raw bytes, of both key and result.
std::string hmac_sha256(std::string_view key, std::string_view message);

}  // namespace migrator
