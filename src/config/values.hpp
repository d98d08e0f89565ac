#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace migrator::config {

/// `500ms`, `30s`, `5m`, `1h`, or a bare number of seconds. Nothing when it is none of these, or
/// more than PostgreSQL's largest time-out (2147483647 ms, about 24 days).
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Decimal digits only.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// Checks each setting by the type of its key, and that required keys are there; says what is
/// wrong, all of it, in `report`. Afterwards the functions above succeed for keys of their type.
void check_settings(const Settings& settings, Report& report);

/// Checks what the driver allows: that it is built, and `atomicity`.
void check_driver(const Settings& settings, Report& report);

}  // namespace migrator::config
