#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/migration.hpp"

namespace migrator::loader {

/// A file in or below a configured directory that is not loaded.
struct IgnoredFile {
    std::string file;  ///< its identity
    MigrationType type = MigrationType::SingleMigration;
    std::string pattern;  ///< that its name matches; empty: no file in folders below is loaded
};

/// A configured directory, and how many files were loaded from it.
struct LoadedDirectory {
    std::string location;  ///< how the identities of its files begin, with the slash
    std::string_view key;  ///< of the configuration
    std::size_t files = 0;
};

/// Something that people should know of a directory.
struct Warning {
    std::string location;
    std::string text;
};

/// What a load has to say beside its files.
struct Report {
    std::vector<IgnoredFile> ignored;
    std::vector<LoadedDirectory> directories;
    std::vector<Warning> warnings;
};

}  // namespace migrator::loader
