#include "db/sql/canceller.hpp"

#include "core/log.hpp"

namespace migrator::db::sql {

void Canceller::watch(std::stop_token stop) {
    forward_.reset();  // waits until its callback has ended: not under the mutex
    {
        const std::lock_guard lock(mutex_);
        stop_requested_ = false;
        if (!stop.stop_possible()) return;
        start();
    }
    forward_.emplace(std::move(stop), [this] {
        const std::lock_guard lock(mutex_);
        stop_requested_ = true;
        changed_.notify_all();
    });
}

void Canceller::set_limit(std::optional<std::chrono::milliseconds> limit) {
    const std::lock_guard lock(mutex_);
    limit_ = limit;
    if (limit_) start();
}

void Canceller::start() {
    if (thread_.joinable()) return;
    thread_ = std::jthread([this](const std::stop_token& over) { work(over); });
}

void Canceller::set_undisturbed(bool undisturbed) {
    const std::lock_guard lock(mutex_);
    undisturbed_ = undisturbed;
    changed_.notify_all();
}

bool Canceller::stop_requested() const {
    const std::lock_guard lock(mutex_);
    return stop_requested_;
}

void Canceller::begin() {
    const std::lock_guard lock(mutex_);
    busy_ = true;
    began_ = Clock::now();
    if (stop_requested_ || limit_) changed_.notify_all();
}

void Canceller::end() {
    const std::lock_guard lock(mutex_);
    busy_ = false;
}

std::optional<Canceller::Clock::time_point> Canceller::due() const {
    if (!busy_ || undisturbed_) return std::nullopt;
    if (stop_requested_) return next_;
    if (limit_) return std::max(next_, began_ + *limit_);
    return std::nullopt;
}

void Canceller::work(const std::stop_token& over) {
    std::unique_lock lock(mutex_);
    while (!over.stop_requested()) {
        const auto when = due();
        if (!when) {
            changed_.wait(lock, over, [this] { return due().has_value(); });
            continue;
        }
        if (Clock::now() < *when) {
            changed_.wait_until(lock, over, *when, [this, when] { return due() != when; });
            continue;
        }
        next_ = Clock::now() + again_;
        // Under the mutex: what is told to be undisturbed can't be hit by one that is on its way.
        try {
            cancel_();
        } catch (const std::exception& error) {
            log::warn(
                std::string("Could not cancel the statement in the database: ") + error.what()
            );
        }
    }
}

}  // namespace migrator::db::sql
