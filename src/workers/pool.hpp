#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace migrator::workers {

/// Threads for work that blocks, with a bounded queue in front. They are started when they are
/// needed for the first time, and stay. Thread-safe. The destructor runs what is queued and joins.
class Pool {
public:
    /// At most so many `threads`, at least 1; at most `queue_limit` jobs wait for a thread.
    Pool(std::size_t threads, std::size_t queue_limit);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Queues `job`, which must not throw. False when the queue is full: nothing happens then.
    /// The job, with what it owns, is destroyed in the thread that ran it.
    [[nodiscard]] bool try_post(std::function<void()> job);

private:
    void work();
    void start_thread();
    void close();

    const std::size_t most_threads_;
    const std::size_t queue_limit_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;
    std::size_t idle_ = 0;  ///< threads without a job, or about to take one from the queue
    bool closing_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace migrator::workers
