#include "loader/parallel_jobs.hpp"

#include <algorithm>
#include <thread>
#include <vector>

namespace migrator::loader {

void Pace::slow_down(std::size_t count) {
    const std::lock_guard lock(mutex_);
    if (count != count_) return;
    ++count_;
    threads_ = std::max<std::size_t>(1, threads_ / 2);
}

void ParallelJobs::run(const Job& job) {
    {
        const std::size_t threads = std::min(pace_.threads(), count_);
        std::vector<std::jthread> helpers;
        for (std::size_t worker = 1; worker < threads; ++worker) {
            helpers.emplace_back([this, &job, worker] { work(job, worker); });
        }
        work(job, 0);
    }
    if (error_) std::rethrow_exception(error_);
}

void ParallelJobs::work(const Job& job, std::size_t worker) {
    // Workers of the highest numbers go home first when the pace slows down.
    while (worker < pace_.threads()) {
        const std::size_t item = next_.fetch_add(1);
        if (item >= count_ || is_pointless(item)) return;
        try {
            job(worker, item);
        } catch (...) {  // it leaves through run(), in the caller's thread
            const std::lock_guard lock(mutex_);
            if (item >= first_failed_) return;
            first_failed_ = item;
            error_ = std::current_exception();
        }
    }
}

}  // namespace migrator::loader
