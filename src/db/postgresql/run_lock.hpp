#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "db/postgresql/connection.hpp"
#include "db/postgresql/settings.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::postgresql {

/// Tries to take the lock of a run on this connection, in a transaction that stays open when it
/// was got. False when another run has it; the connection is as before then. Throws Unavailable.
bool try_to_lock(Connection& connection, const ServerFacts& facts);

/// Keeps the transaction of `try_to_lock` open, and notices when it is gone.
class RunLock final : public sql::RunLock {
public:
    explicit RunLock(std::unique_ptr<Connection> connection);
    ~RunLock() override;
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;

    void notify(std::function<void()> on_lost) override;
    bool lost() const noexcept override;

private:
    void keep_alive(const std::stop_token& stop);
    /// One empty query; why the lock is gone, when it is.
    std::optional<std::string> beat();
    void report_loss(const std::string& why);

    std::unique_ptr<Connection> connection_;  ///< of the thread, while it runs
    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::function<void()> on_lost_;
    bool lost_ = false;
    std::jthread heartbeat_;  ///< last: it uses the others
};

}  // namespace migrator::db::postgresql
