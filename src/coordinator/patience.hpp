#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

#include "core/error.hpp"
#include "db/connector.hpp"

namespace migrator::coordinator {

/// Time as those who wait see it. Tests hand in one that passes when they say.
struct Time {
    /// Sleeps, but no longer than until `stop` is requested.
    static void sleep(std::chrono::milliseconds duration, const std::stop_token& stop);

    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
    std::function<void(std::chrono::milliseconds, const std::stop_token&)> pause = sleep;
};

/// Throws Cancelled when `stop` is requested: of a run that has not begun.
void throw_if_stopped(const std::stop_token& stop);

/// One wait for what has to be tried again and again. It begins when it is made.
class Patience {
public:
    /// `time` lives longer. `limit`: how long it lasts.
    Patience(const Time& time, std::chrono::milliseconds limit, std::stop_token stop);

    bool is_over() const { return time_.now() - began_ > limit_; }
    std::chrono::milliseconds left() const;
    /// Whether to say for whom we wait: after 5 s for the first time, then again after pauses that
    /// grow to a minute.
    bool is_news_due();
    std::chrono::milliseconds waited() const;
    /// Before the next try: the pauses grow, and they are never the same for two processes that
    /// began to wait together. Throws Cancelled when `stop` is requested.
    void pause();

    std::chrono::milliseconds limit() const { return limit_; }
    const std::stop_token& stop() const { return stop_; }

private:
    const Time& time_;
    const std::chrono::milliseconds limit_;
    const std::stop_token stop_;
    const std::chrono::steady_clock::time_point began_;
    std::chrono::milliseconds last_;
    std::chrono::milliseconds next_news_;
    std::chrono::milliseconds news_pause_;
};

/// "waiting for the migration lock for 15.0 s; it is held by HOST (version …) since …", when that
/// is due; else empty.
std::string news_of(db::Connector& connector, Patience& patience);

/// Locked: "the migration lock is held by HOST (version …) since …; gave up after 30 s".
[[noreturn]] void give_up(db::Connector& connector, const Patience& patience);

/// Tries to get the migration lock until it has it. `us` is who wants it; `before_pause`, which may
/// be null, is given the `news_of` the wait. Throws Locked when the patience is over, Cancelled.
std::unique_ptr<db::Run> wait_for_lock(
    db::Connector& connector,
    const std::function<RunOwner()>& us,
    Patience& patience,
    const std::function<void(const std::string& news)>& before_pause = {}
);

}  // namespace migrator::coordinator
