#pragma once

#include <string>

#include "config/settings.hpp"

namespace migrator::config {

/// The settings that stand in the YAML file `path`, as written: nothing is substituted or checked
/// beyond text against list. Wrong shapes, duplicate and unknown keys go into `report`.
/// Throws Configuration when the file can't be read ("open PATH: no such file or directory"), is
/// too large, is not text, is not YAML (with line and column), or is not a mapping.
Settings read_yaml_file(const std::string& path, Report& report);

/// Reads the key `servers` from a text outside of the file, a YAML or JSON mapping. False: it is
/// none, and `report` says so.
bool read_servers(const Key& key, const std::string& text, Setting& setting, Report& report);

}  // namespace migrator::config
