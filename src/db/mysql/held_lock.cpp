#include "db/mysql/held_lock.hpp"

#include <fmt/format.h>

#include <chrono>

#include "core/log.hpp"

namespace migrator::db::mysql {
namespace {

constexpr std::chrono::seconds kBeat{5};
/// Between looks whether the connection was lost, which ask nobody.
constexpr std::chrono::milliseconds kLook{250};

}  // namespace

HeldLock::HeldLock(std::shared_ptr<Connection> connection, std::string name)
    : connection_(std::move(connection)), name_(std::move(name)) {
    heartbeat_ = std::jthread([this](const std::stop_token& stop) { keep_alive(stop); });
}

HeldLock::~HeldLock() {
    heartbeat_.request_stop();
    heartbeat_.join();
    try {
        if (connection_->is_lost()) return;
        connection_->watch({});
        // Closing would do, but the server sees that a bit later.
        connection_->run(fmt::format("do release_lock('{}')", name_));
    } catch (const std::exception& error) {
        log::debug(fmt::format("Releasing the lock {}: {}", name_, error.what()));
    }
}

void HeldLock::notify(std::function<void()> on_lost) {
    const std::lock_guard guard(mutex_);
    on_lost_ = std::move(on_lost);
}

void HeldLock::keep_alive(const std::stop_token& stop) {
    while (true) {
        {
            std::unique_lock guard(mutex_);
            if (wake_.wait_for(guard, stop, kLook, [] { return false; }); stop.stop_requested()) {
                return;
            }
        }
        if (connection_->ping_if_idle(kBeat)) continue;
        log::warn(fmt::format("The lock {} is lost: its connection to the database is gone", name_)
        );
        std::function<void()> on_lost;
        {
            const std::lock_guard guard(mutex_);
            on_lost = on_lost_;
        }
        if (on_lost) on_lost();
        return;
    }
}

}  // namespace migrator::db::mysql
