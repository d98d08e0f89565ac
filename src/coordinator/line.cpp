#include "coordinator/line.hpp"

#include <string>

#include "core/error.hpp"

namespace migrator::coordinator {

Line::Place::Place(Line& line) : line_(line), number_(line.take_number()) {}

Line::Place::~Place() {
    const std::lock_guard lock(line_.mutex_);
    line_.numbers_.erase(number_);
    line_.moved_.notify_all();
}

bool Line::Place::is_first() const {
    const std::lock_guard lock(line_.mutex_);
    return *line_.numbers_.begin() == number_;
}

void Line::Place::wait(std::chrono::milliseconds time, const std::stop_token& stop) const {
    std::unique_lock lock(line_.mutex_);
    line_.moved_.wait_for(lock, stop, time, [this] { return *line_.numbers_.begin() == number_; });
}

std::uint64_t Line::take_number() {
    const std::lock_guard lock(mutex_);
    if (numbers_.size() > limit_) {
        throw Error(
            ErrorKind::Busy,
            "a run is in progress and the queue is full (runQueue: " +
                std::to_string(numbers_.size() - 1) + "); try again later"
        );
    }
    numbers_.insert(next_);
    return next_++;
}

}  // namespace migrator::coordinator
