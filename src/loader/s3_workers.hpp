#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "loader/parallel_jobs.hpp"
#include "loader/s3_bucket.hpp"

namespace migrator::loader {

/// Threads that list and read, each over a connection of its own, which it keeps from one run to
/// the next. They become fewer when S3 asks for fewer requests.
class S3Workers {
public:
    S3Workers(S3Store& store, std::size_t threads) : store_(store), pace_(threads) {
        workers_.resize(pace_.threads());
    }

    /// Calls `job` for the numbers from 0 to `count`; throws what the first of them threw that
    /// failed. Tries that no longer matter are given up.
    void run(std::size_t count, const std::function<void(S3Bucket& bucket, std::size_t)>& job);

private:
    /// Used by one thread at a time.
    struct Worker {
        std::unique_ptr<S3Bucket> bucket;
        const ParallelJobs* jobs = nullptr;
        std::size_t item = 0;
        std::size_t pace = 0;  ///< its count when the job began
    };

    void open(Worker& worker);
    void sleep(const Worker& worker, std::chrono::milliseconds time) const;

    S3Store& store_;
    Pace pace_;
    std::vector<Worker> workers_;
};

}  // namespace migrator::loader
