#include "http/watchdog.hpp"

namespace migrator::http {

namespace asio = boost::asio;

/// Shared with the timer's handler, which may be on its way when the watchdog is gone.
struct Watchdog::State {
    explicit State(Stream& its) : stream(&its), timer(its.executor()) {}

    Stream* stream;
    asio::steady_timer timer;
    bool armed = false;
    std::uint64_t round = 0;
};

Watchdog::Watchdog(Stream& stream) : state_(std::make_shared<State>(stream)) {}

Watchdog::~Watchdog() { disarm(); }

void Watchdog::arm(Duration time) {
    state_->timer.expires_after(time);
    start();
}

void Watchdog::limit(Duration time) {
    const auto earliest = std::chrono::steady_clock::now() + time;
    if (state_->armed && state_->timer.expiry() <= earliest) return;
    state_->timer.expires_at(earliest);
    start();
}

void Watchdog::start() {
    state_->armed = true;
    auto on_time = [state = state_, round = ++state_->round](boost::system::error_code error) {
        // An old round's handler can be in the queue already when a new one begins.
        if (error || round != state->round || !state->armed) return;
        state->stream->cancel();
    };
    state_->timer.async_wait(std::move(on_time));
}

void Watchdog::disarm() {
    state_->armed = false;
    state_->timer.cancel();
}

bool Watchdog::expired() const {
    return state_->armed && state_->timer.expiry() <= std::chrono::steady_clock::now();
}

Watchdog::Duration Watchdog::left() const {
    return state_->timer.expiry() - std::chrono::steady_clock::now();
}

}  // namespace migrator::http
