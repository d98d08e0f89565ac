#pragma once

#include "config/config.hpp"
#include "config/settings.hpp"

namespace migrator::config {

/// Checked settings, with `baseLocation` in place of `baseDir`, as the options of each module.
/// Leaves the texts for people empty.
Config make_options(const Settings& settings, const Lookups& lookups);

}  // namespace migrator::config
