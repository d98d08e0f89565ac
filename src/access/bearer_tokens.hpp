#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/options.hpp"

namespace migrator::access {

/// What a new token begins with, so that scanners for leaked secrets find it.
inline constexpr std::string_view kTokenPrefix = "mgr_";

/// 256 random bits behind `kTokenPrefix`. A secret: to be shown once. Throws Internal.
std::string new_token();

/// "ci apply sha256:HEX until=…", the line of the key `tokens`.
std::string token_line(const StaticToken& token);

/// The entry of `token`, expired or not; null when it is unknown. The time does not depend on which
/// entry it is, nor on how much of a hash is right.
const StaticToken* find_token(const std::vector<StaticToken>& tokens, std::string_view token);

}  // namespace migrator::access
