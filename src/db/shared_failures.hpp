#pragma once

#include <atomic>
#include <cstddef>

namespace migrator::db {

/// The failed tenants of a run over several servers, which has one limit for all of them.
/// Thread-safe.
class SharedFailures {
public:
    /// So many may fail; one more ends the run.
    void set_limit(std::size_t limit) { limit_ = limit; }
    void add(std::size_t tenants = 1) { failed_ += tenants; }
    /// Nothing further begins, whoever failed.
    void stop() { is_stopped_ = true; }

    bool is_over() const { return is_stopped_ || failed_ > limit_; }

private:
    std::atomic<std::size_t> failed_ = 0;
    std::atomic<std::size_t> limit_ = 0;
    std::atomic<bool> is_stopped_ = false;
};

}  // namespace migrator::db
