#pragma once

#include <string_view>

namespace migrator::analysis {

/// Whether a rule of any database is called so: one project may have files for several.
bool is_rule(std::string_view name);

}  // namespace migrator::analysis
