#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Values of a data source, as Go's libraries read them.
namespace migrator::db::mysql {

/// Nothing for what is neither true nor false.
std::optional<bool> parse_boolean(std::string_view text);

/// `1s`, `500ms`, `1m30s`, `1.5h`, `0`: more than settings of our own take. Nothing for what is
/// none, or is negative.
std::optional<std::chrono::milliseconds> parse_go_duration(std::string_view text);

}  // namespace migrator::db::mysql
