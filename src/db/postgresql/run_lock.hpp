#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "db/postgresql/connection.hpp"
#include "db/postgresql/settings.hpp"
#include "db/sql/heartbeat.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::postgresql {

/// Tries to take the lock of a run on this connection, in a transaction that stays open when it
/// was got. False when another run has it; the connection is as before then. Throws Unavailable.
bool try_to_lock(
    Connection& connection, const ServerFacts& facts, const LockKeys& keys = LockKeys()
);

/// Keeps the transaction of `try_to_lock` open, and notices when it is gone.
class RunLock final : public sql::RunLock {
public:
    explicit RunLock(std::unique_ptr<Connection> connection);
    ~RunLock() override;
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;

    void notify(std::function<void()> on_lost) override { heartbeat_.notify(std::move(on_lost)); }
    bool lost() const noexcept override { return heartbeat_.lost(); }

private:
    /// One empty query; why the lock is gone, when it is.
    std::optional<std::string> beat(const std::stop_token& over);

    std::unique_ptr<Connection> connection_;  ///< of the heartbeat's thread, while it runs
    sql::Heartbeat heartbeat_;
};

}  // namespace migrator::db::postgresql
