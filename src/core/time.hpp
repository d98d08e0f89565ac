#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace migrator {

using TimePoint = std::chrono::system_clock::time_point;
/// Handed down from `app`, so that tests can choose the time.
using Clock = std::function<TimePoint()>;

/// RFC 3339 in UTC with `Z`, 0 to 9 fractional digits, trailing zeros left out:
/// `2026-11-22T12:04:02.4695Z`.
std::string format_rfc3339(TimePoint time);

/// Reads `YYYY-MM-DD HH:MM:SS[.ffffff][+HH[:MM]]` (also with `T` and `Z`), as databases print
/// times; without an offset it is UTC. The epoch for an empty or unreadable text.
TimePoint parse_database_time(std::string_view text);

/// `YYYY-MM-DD HH:MM:SS.ffffff` in UTC, as databases read it.
std::string format_database_time(TimePoint time);

}  // namespace migrator
