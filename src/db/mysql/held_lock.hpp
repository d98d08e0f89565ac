#pragma once

#include <functional>
#include <memory>
#include <string>

#include "db/mysql/connection.hpp"
#include "db/sql/heartbeat.hpp"

namespace migrator::db::mysql {

/// Keeps a named lock of the connection (GET_LOCK) until it is destroyed: says something on the
/// connection while that is idle, or the server would end its session. It lasts as long as the
/// server's session, so nothing that the session still does is done without it.
class HeldLock {
public:
    /// `connection` holds `name` already.
    HeldLock(std::shared_ptr<Connection> connection, std::string name);
    ~HeldLock();
    HeldLock(const HeldLock&) = delete;
    HeldLock& operator=(const HeldLock&) = delete;

    /// Calls `on_lost` once, from a thread of its own, when the connection is found to be gone.
    void notify(std::function<void()> on_lost) { heartbeat_.notify(std::move(on_lost)); }

private:
    const std::shared_ptr<Connection> connection_;
    const std::string name_;
    sql::Heartbeat heartbeat_;
};

}  // namespace migrator::db::mysql
