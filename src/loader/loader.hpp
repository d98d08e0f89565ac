#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/migration.hpp"
#include "loader/options.hpp"

namespace migrator::loader {

/// Reads source migrations from where they are stored.
/// One thread at a time may use an instance; instances share nothing.
class Loader {
public:
    virtual ~Loader() = default;

    /// All files, in source order: migrations by file name over all directories, then single
    /// scripts, then tenant scripts; none is an empty vector, not an error. Reads the storage on
    /// every call. Throws Unavailable when it can't be reached, Configuration when a configured
    /// directory is missing, MigrationFailed for a file that can't be used (a NUL byte).
    virtual std::vector<Migration> load() = 0;

    /// Reachability of the base location only. Throws Unavailable.
    virtual void ping() = 0;
};

/// The Loader for `options.base_location`. Throws Configuration for a storage that is not built.
std::unique_ptr<Loader> make_loader(const Options& options);

}  // namespace migrator::loader
