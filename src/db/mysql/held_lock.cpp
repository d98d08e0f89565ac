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
    : connection_(std::move(connection)),
      name_(std::move(name)),
      heartbeat_("lock " + name_, kLook, [this](const std::stop_token&) {
          std::optional<std::string> why;
          if (!connection_->ping_if_idle(kBeat)) why = "its connection to the database was lost";
          return why;
      }) {}

HeldLock::~HeldLock() {
    heartbeat_.end();
    try {
        if (connection_->is_lost()) return;
        connection_->watch({});
        // Closing would do, but the server sees that a bit later.
        connection_->run(fmt::format("do release_lock('{}')", name_));
    } catch (const std::exception& error) {
        log::debug(fmt::format("Could not release the lock {}: {}", name_, error.what()));
    }
}

}  // namespace migrator::db::mysql
