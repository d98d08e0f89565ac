#include "console/files.hpp"

namespace migrator::console {

std::span<const File> files() noexcept { return {}; }

}  // namespace migrator::console
