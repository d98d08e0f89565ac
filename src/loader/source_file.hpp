#pragma once

#include <string>
#include <string_view>

#include "core/migration.hpp"

namespace migrator::loader {

/// Fills in `contents` and `check_sum`, which every storage does alike. Throws MigrationFailed for
/// a NUL byte: a C client library would silently send only what stands before it.
void set_contents(Migration& migration, std::string contents);

}  // namespace migrator::loader
