#include "workers/pool.hpp"

#include <algorithm>
#include <utility>

namespace migrator::workers {

Pool::Pool(std::size_t threads, std::size_t queue_limit)
    : queue_limit_(queue_limit), idle_(std::max<std::size_t>(threads, 1)) {
    const std::size_t count = idle_;
    threads_.reserve(count);
    try {
        for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
    } catch (...) {
        close();  // the destructor won't run, and the threads there are would wait for ever
        throw;
    }
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
        if (queue_.size() >= queue_limit_ + idle_) return false;
        queue_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
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
