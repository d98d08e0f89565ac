#pragma once

#include "config/settings.hpp"

namespace migrator::config {

/// Checks each setting by the type of its key, and that required keys are there; says what is
/// wrong, all of it, in `report`. Afterwards `parse_number` and `parse_duration` succeed for keys
/// of their type.
void check_settings(const Settings& settings, Report& report);

/// Checks what the driver allows: that it is built, and `atomicity`.
void check_driver(const Settings& settings, Report& report);

}  // namespace migrator::config
