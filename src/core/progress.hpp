#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace migrator {

/// How far a run is.
struct Progress {
    std::string phase;           ///< "loading", "waiting", "applying", "recording", "committing"
    std::string file;            ///< in work; may be empty
    std::size_t executions = 0;  ///< (file, schema) pairs planned
    std::size_t executions_done = 0;  ///< of them
    std::size_t files = 0;
    std::size_t files_done = 0;
    std::size_t tenants = 0;
    std::size_t tenants_done = 0;
    std::size_t tenants_failed = 0;
};

/// Called often, from one thread at a time: it has to return at once.
using ProgressSink = std::function<void(const Progress&)>;

}  // namespace migrator
