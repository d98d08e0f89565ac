#include "core/migration.hpp"

namespace migrator {

std::string_view schema_of_directory(std::string_view source_dir) {
    while (source_dir.ends_with('/')) source_dir.remove_suffix(1);
    const auto slash = source_dir.rfind('/');
    return slash == std::string_view::npos ? source_dir : source_dir.substr(slash + 1);
}

}  // namespace migrator
