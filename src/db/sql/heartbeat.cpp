#include "db/sql/heartbeat.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/log.hpp"

namespace migrator::db::sql {

void LossNotice::notify(std::function<void()> on_lost) {
    {
        const std::lock_guard guard(mutex_);
        if (!lost_) {
            on_lost_ = std::move(on_lost);
            return;
        }
    }
    if (on_lost) on_lost();
}

void LossNotice::report() {
    std::function<void()> on_lost;
    {
        const std::lock_guard guard(mutex_);
        lost_ = true;
        on_lost = std::exchange(on_lost_, nullptr);
    }
    if (on_lost) on_lost();
}

bool LossNotice::reported() const {
    const std::lock_guard guard(mutex_);
    return lost_;
}

Heartbeat::Heartbeat(std::string lock, std::chrono::milliseconds pause, Beat beat)
    : lock_(std::move(lock)), pause_(pause), beat_(std::move(beat)) {
    thread_ = std::jthread([this](const std::stop_token& over) { work(over); });
}

void Heartbeat::end() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void Heartbeat::work(const std::stop_token& over) {
    while (true) {
        {
            std::unique_lock guard(mutex_);
            wake_.wait_for(guard, over, pause_, [] { return false; });
        }
        if (over.stop_requested()) return;
        const auto why = beat(over);
        if (over.stop_requested()) return;
        if (!why) continue;
        log::warn(fmt::format("The {} was lost: {}", lock_, *why));
        loss_.report();
        return;
    }
}

std::optional<std::string> Heartbeat::beat(const std::stop_token& over) try {
    return beat_(over);
} catch (const std::exception& error) {
    return error.what();
}

}  // namespace migrator::db::sql
