#pragma once

#include "config/settings.hpp"
#include "db/driver.hpp"

namespace migrator::config {

/// Hides (`core/secrets.hpp`) the passwords of the data source, the webhook's URL and the values
/// of its headers. Warns services of a password that is too short for that. Settings may still be
/// wrong.
void hide_secrets(const Settings& settings, db::Drivers drivers, Report& report);

}  // namespace migrator::config
