#pragma once

#include <vector>

#include "core/migration.hpp"

namespace migrator::loader {

/// From reading order to source order, which is the same for every storage: migrations of both
/// kinds together, then single scripts, then tenant scripts, each by file name, bytewise. Files
/// with equal names stay in reading order (single directories first, each as configured).
void sort_in_source_order(std::vector<Migration>& sources);

}  // namespace migrator::loader
