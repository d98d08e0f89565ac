#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>

namespace migrator::workers {

/// The line of runs in one process: one at the front works, the others wait their turn without a
/// thread. Thread-safe.
class RunQueue {
public:
    /// At most `limit` runs wait behind the one at the front.
    explicit RunQueue(std::size_t limit) : limit_(limit) {}

    /// A place in the line, given up when destroyed. Must not outlive the queue.
    class Place {
    public:
        /// As `RunQueue::enter`.
        explicit Place(RunQueue& queue);
        ~Place();
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        /// Whether it is this one's turn.
        bool is_first() const;

    private:
        RunQueue& queue_;
        const std::uint64_t number_;
    };

    /// Throws Busy when the line is full.
    std::unique_ptr<Place> enter() { return std::make_unique<Place>(*this); }

private:
    std::uint64_t take_number();

    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::uint64_t next_ = 0;
    std::set<std::uint64_t> line_;  ///< the one in work first
};

}  // namespace migrator::workers
