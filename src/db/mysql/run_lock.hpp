#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "db/mysql/connection.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::mysql {

/// Makes a connection fit for a run: the server ends its session soon when the client has vanished.
/// Throws Unavailable.
void prepare_for_run(Connection& connection);

/// Tries to take the lock of a run on this connection, without waiting. Throws Unavailable.
bool try_to_lock(Connection& connection);

/// A lock on the connection that works. It lasts as long as the server's session, so nothing that
/// the session still does is done without it. Says something on the connection while it is idle.
class RunLock final : public sql::RunLock {
public:
    explicit RunLock(std::shared_ptr<Connection> connection);
    ~RunLock() override;
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;

    void notify(std::function<void()> on_lost) override;
    bool lost() const noexcept override { return connection_->is_lost(); }
    std::unique_ptr<sql::Session> take_session() override;

private:
    void keep_alive(const std::stop_token& stop);

    std::shared_ptr<Connection> connection_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::function<void()> on_lost_;
    std::jthread heartbeat_;  ///< last: it uses the others
};

}  // namespace migrator::db::mysql
