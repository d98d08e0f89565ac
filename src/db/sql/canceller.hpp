#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace migrator::db::sql {

/// Cancels what runs on a connection when a stop is requested or when it takes too long, for a
/// client library that blocks meanwhile. Again and again while it goes on: a cancel that comes
/// before the statement has reached the server does nothing. All functions from any thread.
class Canceller {
public:
    /// `again`: how long a cancel is given to work, more than 0. `cancel` cancels once, and may
    /// take a while and throw. It is called from a thread of the canceller's own; what runs stays
    /// between its `begin` and `end` meanwhile.
    Canceller(std::chrono::milliseconds again, std::function<void()> cancel)
        : again_(again), cancel_(std::move(cancel)) {}

    /// From now on `stop` counts. One without a state: nobody requests anything.
    void watch(std::stop_token stop);
    /// What runs longer than that is cancelled, from the next `begin` on; unset: nothing is.
    void set_limit(std::optional<std::chrono::milliseconds> limit);
    /// While undisturbed nothing is cancelled. Returns when no cancelling is under way.
    void set_undisturbed(bool undisturbed);
    bool stop_requested() const;
    /// A call to the server begins, and ends.
    void begin();
    void end();

private:
    using Clock = std::chrono::steady_clock;

    void start();
    void work(const std::stop_token& over);
    /// When to cancel next; nothing: not before something changes.
    std::optional<Clock::time_point> due() const;

    const std::chrono::milliseconds again_;
    const std::function<void()> cancel_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<std::chrono::milliseconds> limit_;
    bool stop_requested_ = false;
    bool undisturbed_ = false;
    bool busy_ = false;
    Clock::time_point began_;
    Clock::time_point next_;  ///< not before that, as the last one may not have worked yet
    std::optional<std::stop_callback<std::function<void()>>> forward_;
    std::jthread thread_;  ///< from `watch` or `set_limit` on; last: it uses the others
};

}  // namespace migrator::db::sql
