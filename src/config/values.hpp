#pragma once

#include "config/settings.hpp"
#include "db/driver.hpp"

namespace migrator::config {

/// Checks each setting by the type of its key, and that required keys are there; says what is
/// wrong, all of it, in `report`. Afterwards `parse_number` and `parse_duration` succeed for keys
/// of their type.
void check_settings(const Settings& settings, Report& report);

/// Checks that the driver is built, and what it says of `atomicity`.
void check_driver(const Settings& settings, db::Drivers drivers, Report& report);

}  // namespace migrator::config
