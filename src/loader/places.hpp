#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/migration.hpp"
#include "loader/options.hpp"

namespace migrator::loader {

/// A configured directory, by its full path, and the kind of file that is in it.
struct Place {
    MigrationType type;
    std::string path;
};

/// The configured directories in reading order: single before tenant, migrations before scripts,
/// each list as configured. `to_path` makes a full path of what is configured.
std::vector<Place> places(
    const Options& options, const std::function<std::string(const std::string& directory)>& to_path
);

/// Logs which directory is configured more than once; once in the life of the process, for a loader
/// is made, and loads, for every request.
void warn_of_repeated(const std::vector<Place>& places);

}  // namespace migrator::loader
