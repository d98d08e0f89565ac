#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace migrator::cli {

/// `500ms`, `30s`, `5m`, `1h`; a bare number is seconds. Nothing for any other text.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace migrator::cli
