#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "db/mysql/held_lock.hpp"
#include "db/mysql/session.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::mysql {

/// The lock of a run (`sql::metadata_lock`); those of its workers are "migrator-1" and up.
inline constexpr const char* kRunLock = "migrator";
/// A run looks at so many locks of workers before it begins; no run has more.
inline constexpr std::size_t kMostWorkers = 64;

/// Makes a connection fit for a run: the server ends its session soon when the client has vanished,
/// and the settings are ours. It holds no lock yet. Throws Unavailable.
WorkConnection prepare_for_run(std::shared_ptr<Connection> connection);

/// Tries to take the lock of a run on this connection, without waiting. Gives the number of its
/// session; nothing when another run holds it, or the server still works for a worker of an earlier
/// one. Throws Unavailable.
std::optional<std::string> try_to_lock(Connection& connection, const std::string& lock = kRunLock);

/// A lock on a connection that does nothing else; `session` is its number. The connections that
/// work, which `open` makes, hold a lock each: a script may need their end. On TiDB, which does not
/// tell who holds a lock, the connection of the lock works. `prefix` is that of migrator's own
/// tables. `open` is called from any thread, and
/// lives longer.
class RunLock final : public sql::RunLock {
public:
    using Open = std::function<WorkConnection()>;

    RunLock(
        std::shared_ptr<Connection> connection,
        std::string session,
        Open open,
        std::string lock = kRunLock,
        std::string prefix = "migrator."
    );

    void notify(std::function<void()> on_lost) override { held_.notify(std::move(on_lost)); }
    bool lost() const noexcept override { return connection_->is_lost(); }
    std::unique_ptr<sql::Session> take_session() override;
    std::unique_ptr<sql::Session> connect_worker(std::size_t number, const std::stop_token& stop)
        override;

private:
    WorkConnection open_worker(std::size_t number, const std::stop_token& stop) const;
    void check_from(Connection& further) const;

    const std::shared_ptr<Connection> connection_;
    const std::string session_;
    const Open open_;
    const std::string lock_;
    const std::string prefix_;
    HeldLock held_;
};

}  // namespace migrator::db::mysql
