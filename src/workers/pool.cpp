#include "workers/pool.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace migrator::workers {

Pool::Pool(std::size_t threads, std::size_t queue_limit)
    : most_threads_(std::max<std::size_t>(threads, 1)), queue_limit_(queue_limit) {
    const std::lock_guard lock(mutex_);
    start_thread();
}

Pool::~Pool() { close(); }

void Pool::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    threads_.clear();  // joins
}

bool Pool::try_post(std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        // A job for an idle thread doesn't wait, so it takes no place of those that do.
        const std::size_t to_come = most_threads_ - threads_.size();
        if (queue_.size() >= queue_limit_ + idle_ + to_come) return false;
        queue_.push_back(std::move(job));
        if (queue_.size() > idle_ && to_come > 0 && !closing_) start_thread();
    }
    changed_.notify_one();
    return true;
}

/// With `mutex_` held.
void Pool::start_thread() {
    try {
        threads_.emplace_back([this] { work(); });
        ++idle_;
    } catch (const std::system_error&) {
        if (threads_.empty()) throw;
        // The system has no more of them: those that are there do the work.
    }
}

void Pool::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
        if (queue_.empty()) return;
        --idle_;
        {
            const std::function<void()> job = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            job();
        }  // what the job owns goes before the lock is taken again
        lock.lock();
        ++idle_;
    }
}

}  // namespace migrator::workers
