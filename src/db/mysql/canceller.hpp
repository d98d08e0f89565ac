#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace migrator::db::mysql {

/// Cancels what runs on a connection when somebody asks for it or when it takes too long, again
/// each second while it goes on. A thread of its own, from `watch` or `set_limit` on. Thread-safe.
class Canceller {
public:
    /// `kill` cancels once; called from the thread, and may take a while and throw.
    explicit Canceller(std::function<void()> kill) : kill_(std::move(kill)) {}
    ~Canceller();
    Canceller(const Canceller&) = delete;
    Canceller& operator=(const Canceller&) = delete;

    void watch(std::stop_token stop);
    void set_limit(std::optional<std::chrono::milliseconds> limit);
    /// While undisturbed nothing is cancelled. Returns when no cancelling is under way.
    void set_undisturbed(bool undisturbed);
    /// A command begins, and ends.
    void begin();
    void end();

private:
    using Clock = std::chrono::steady_clock;

    void start();
    void work(const std::stop_token& over);
    /// When to cancel next; nothing: not before something changes.
    std::optional<Clock::time_point> due() const;

    const std::function<void()> kill_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<std::chrono::milliseconds> limit_;
    bool stop_requested_ = false;
    bool undisturbed_ = false;
    bool busy_ = false;
    Clock::time_point began_;
    Clock::time_point next_;  ///< not before that, as the last one may not have worked yet
    std::optional<std::stop_callback<std::function<void()>>> forward_;
    std::jthread thread_;  ///< last: it uses the others
};

}  // namespace migrator::db::mysql
