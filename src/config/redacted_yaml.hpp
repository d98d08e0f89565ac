#pragma once

#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "db/driver.hpp"

namespace migrator::config {

/// The settings as `/config` prints them: keys in the order of the table, what is not set left
/// out (but for the keys that are always there), secrets masked.
std::string redacted_yaml(const Settings& settings, db::Drivers drivers);

/// `bytes` as a YAML scalar that reads back as the same string (invalid UTF-8 as U+FFFD).
std::string yaml_string(std::string_view bytes);

}  // namespace migrator::config
