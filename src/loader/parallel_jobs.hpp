#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>

namespace migrator::loader {

/// How many threads may work at the same time. Safe for all threads.
class Pace {
public:
    explicit Pace(std::size_t threads) : threads_(threads < 1 ? 1 : threads) {}

    std::size_t threads() const { return threads_; }

    /// Grows with each `slow_down`. To be asked for when a request begins.
    std::size_t count() const { return count_; }
    /// Halves `threads`, for somebody who began at `count`: those who were told the same about the
    /// same crowd count as one.
    void slow_down(std::size_t count);

private:
    std::mutex mutex_;
    std::atomic<std::size_t> threads_;
    std::atomic<std::size_t> count_ = 0;
};

/// Numbered jobs, done in order by several threads, the caller's included.
class ParallelJobs {
public:
    /// `worker` counts from 0; no two threads have the same number at the same time.
    using Job = std::function<void(std::size_t worker, std::size_t item)>;

    ParallelJobs(std::size_t count, const Pace& pace)
        : count_(count), pace_(pace), first_failed_(count) {}

    /// Once. After a failure what comes behind it is no longer begun; throws what the first job in
    /// the list threw that failed, however the threads ran.
    void run(const Job& job);

    /// An earlier job has failed: it no longer matters what becomes of this one.
    bool is_pointless(std::size_t item) const { return item > first_failed_; }

private:
    void work(const Job& job, std::size_t worker);

    const std::size_t count_;
    const Pace& pace_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<std::size_t> first_failed_;
    std::mutex mutex_;
    std::exception_ptr error_;
};

}  // namespace migrator::loader
