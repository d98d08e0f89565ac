#pragma once

#include <string>

namespace migrator::loader {

/// `location` made absolute and cleaned. Throws Unavailable when the working directory is gone.
std::string absolute_location(const std::string& location);

}  // namespace migrator::loader
