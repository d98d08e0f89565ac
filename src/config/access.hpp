#pragma once

#include "access/options.hpp"
#include "config/settings.hpp"

namespace migrator::config {

/// The keys of who may do what. Says in `report` what is wrong, with the number of the line in its
/// key but never its text, which may be a token; such lines are left out.
access::Options read_access(const Settings& settings, Report& report);

}  // namespace migrator::config
