#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "db/mysql/connection.hpp"

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
    void notify(std::function<void()> on_lost);

private:
    void keep_alive(const std::stop_token& stop);

    const std::shared_ptr<Connection> connection_;
    const std::string name_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::function<void()> on_lost_;
    std::jthread heartbeat_;  ///< last: it uses the others
};

}  // namespace migrator::db::mysql
