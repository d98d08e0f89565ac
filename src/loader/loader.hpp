#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/migration.hpp"
#include "identity/places.hpp"
#include "loader/options.hpp"
#include "loader/report.hpp"

namespace migrator::cloud::aws {
struct Surroundings;
}

namespace migrator::loader {

/// Reads source migrations from where they are stored.
/// One thread at a time may use an instance; several instances may be used at the same time.
class Loader {
public:
    virtual ~Loader() = default;

    /// All files that are migrations or scripts, in source order: migrations by file name over all
    /// directories, then single scripts, then tenant scripts; none is an empty vector, not an
    /// error. Files that are ignored, by name or by folder, are not read. Reads the storage on
    /// every call. Throws Unavailable when it can't be reached, Configuration when a configured
    /// directory is missing or has files below it that are refused, MigrationFailed for a file that
    /// can't be used (a NUL byte).
    virtual std::vector<Migration> load() = 0;

    /// What the last load that succeeded has to say.
    virtual Report report() const { return {}; }

    /// Reachability of the base location only. Throws Unavailable.
    virtual void ping() = 0;
};

/// Opens a Loader for one use of the storage. Safe for all threads.
using OpenLoader = std::function<std::unique_ptr<Loader>()>;

/// For `options.base_location`. The loaders share what is worth keeping between uses: credentials,
/// the region of a bucket, the contents of objects that have not changed. Asks nobody; throws
/// Configuration for a location that can't be one or a storage that is not built.
OpenLoader make_opener(const Options& options, const cloud::aws::Surroundings& surroundings);

/// Where the loaders' files are, as their names begin. Throws as `make_opener` does.
identity::Source source_of(const Options& options);

/// One Loader that shares nothing, in the real surroundings. Throws as `make_opener` does.
std::unique_ptr<Loader> make_loader(const Options& options);

}  // namespace migrator::loader
