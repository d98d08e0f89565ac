#pragma once

#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "core/progress.hpp"

namespace migrator::db::servers {

/// Adds up how far the runs on several servers are, and shows it as one. Thread-safe.
class SharedSink {
public:
    SharedSink(ProgressSink sink, std::size_t files, std::size_t tenants, std::size_t executions);

    /// For the run on one server; null when nobody looks.
    ProgressSink of(std::size_t server);

private:
    void report(std::size_t server, const Progress& progress);

    const ProgressSink sink_;
    std::mutex mutex_;
    Progress all_;
    std::unordered_map<std::size_t, Progress> last_;  ///< by server
};

}  // namespace migrator::db::servers
