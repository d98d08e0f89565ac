#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace migrator::db::sql {

/// Whom to tell that a lock is lost, which happens once. All functions from any thread.
class LossNotice {
public:
    /// `on_lost` is called by `report`; here, when the lock is lost already. It may not throw.
    void notify(std::function<void()> on_lost);
    /// The lock is lost.
    void report();
    bool reported() const;

private:
    mutable std::mutex mutex_;
    std::function<void()> on_lost_;
    bool lost_ = false;
};

/// Keeps a lock that lasts as long as a connection: says something on it from time to time, from a
/// thread of its own, until the lock is found to be gone.
class Heartbeat {
public:
    /// Why the lock is gone; nothing while it is held. What it throws is a reason, too. `over`:
    /// nobody waits for the answer any more.
    using Beat = std::function<std::optional<std::string>(const std::stop_token& over)>;

    /// `lock` is its name in the log: "migration lock".
    Heartbeat(std::string lock, std::chrono::milliseconds pause, Beat beat);

    /// Calls `on_lost` once, from the thread; from this one when the lock is lost already.
    void notify(std::function<void()> on_lost) { loss_.notify(std::move(on_lost)); }
    bool lost() const { return loss_.reported(); }
    /// Ends the thread. No beat is under way then, and nobody is told of a loss any more.
    void end();

private:
    void work(const std::stop_token& over);
    std::optional<std::string> beat(const std::stop_token& over);

    const std::string lock_;
    const std::chrono::milliseconds pause_;
    const Beat beat_;
    LossNotice loss_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;  ///< last: it uses the others
};

}  // namespace migrator::db::sql
