#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

#include "http/stream.hpp"

namespace migrator::http {

/// Cancels what a stream waits for when a time is over. For the sockets' thread only.
class Watchdog {
public:
    using Duration = std::chrono::steady_clock::duration;

    explicit Watchdog(Stream& stream);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// From now on; what was armed before is forgotten, also when it had expired.
    void arm(Duration time);
    /// Makes the time that is left shorter, never longer.
    void limit(Duration time);
    void disarm();

    /// To be asked before each wait: a wait that begins after the time was over isn't cancelled.
    bool expired() const;
    /// Until it expires, while it is armed.
    Duration left() const;

private:
    struct State;
    void start();
    std::shared_ptr<State> state_;
};

}  // namespace migrator::http
