#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace migrator {

/// What people write in settings and on the command line: `500ms`, `30s`, `5m`, `1h`, or a bare
/// number of seconds. Nothing for any other text, and for what is longer than a hundred years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// For people: "850 ms", "12.4 s", "3 min 20 s", "2 h 5 min". A negative one is "0 ms".
std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace migrator
