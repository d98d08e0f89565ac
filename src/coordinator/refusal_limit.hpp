#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace migrator::coordinator {

/// Lets one of those that are alike pass in a minute, so that whoever is refused all the time can't
/// fill a table. Thread-safe.
class RefusalLimit {
public:
    /// How many like it were left out since the last that passed. Nothing: so is this one.
    std::optional<std::size_t> pass(
        const std::string& alike, std::chrono::steady_clock::time_point now
    );

private:
    struct Last {
        std::chrono::steady_clock::time_point passed;
        std::size_t left_out = 0;
    };
    std::mutex mutex_;
    std::unordered_map<std::string, Last> last_;  ///< bounded
};

}  // namespace migrator::coordinator
