#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Values of a data source, as Go's libraries read them.
namespace migrator::db::mysql {

/// Nothing for what is neither true nor false.
std::optional<bool> parse_boolean(std::string_view text);

/// `1s`, `500ms`, `1m30s`, `1.5h`, `0`. Nothing for what is none, or is negative.
std::optional<std::chrono::milliseconds> parse_go_duration(std::string_view text);

/// `%2F` and, where `plus_is_blank`, `+` decoded. Nothing when a `%` is not followed by two
/// hexadecimal digits.
std::optional<std::string> decode_percent(std::string_view text, bool plus_is_blank);

}  // namespace migrator::db::mysql
