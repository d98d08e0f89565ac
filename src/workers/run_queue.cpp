#include "workers/run_queue.hpp"

#include <string>

#include "core/error.hpp"

namespace migrator::workers {

RunQueue::Place::Place(RunQueue& queue) : queue_(queue), number_(queue.take_number()) {}

RunQueue::Place::~Place() {
    const std::lock_guard lock(queue_.mutex_);
    queue_.line_.erase(number_);
}

bool RunQueue::Place::is_first() const {
    const std::lock_guard lock(queue_.mutex_);
    return *queue_.line_.begin() == number_;
}

std::uint64_t RunQueue::take_number() {
    const std::lock_guard lock(mutex_);
    if (line_.size() > limit_) {
        throw Error(
            ErrorKind::Busy,
            "a migration run is in progress and " + std::to_string(line_.size() - 1) +
                " are waiting for their turn, the most allowed (runQueue): try again later"
        );
    }
    line_.insert(next_);
    return next_++;
}

}  // namespace migrator::workers
