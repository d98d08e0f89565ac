#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "db/connector.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::connector {

/// Connections for reading, at most `limit`, opened when they are needed. Thread-safe. Connections
/// that ran scripts never come here, and lost ones don't stay.
class SessionPool {
public:
    /// `server` lives longer.
    SessionPool(Server& server, std::size_t limit) : server_(server), limit_(limit) {}

    /// A connection in use; goes back when destroyed, unless `discard` was called.
    class Lease {
    public:
        Lease(SessionPool& pool, std::unique_ptr<Session> session, bool was_idle)
            : pool_(pool), session_(std::move(session)), was_idle_(was_idle) {}
        ~Lease() { pool_.give_back(std::move(session_)); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Session& operator*() const { return *session_; }
        Session* operator->() const { return session_.get(); }
        /// Whether it was idle: the server or a firewall may have closed it long ago.
        bool was_idle() const { return was_idle_; }
        /// Puts a new connection in the place of this one. Throws Unavailable.
        void renew() {
            discard();
            session_ = pool_.server_.connect();
            was_idle_ = false;
        }
        /// Closes the connection instead of giving it back: something went wrong on it.
        void discard() { session_.reset(); }

    private:
        SessionPool& pool_;
        std::unique_ptr<Session> session_;
        bool was_idle_;
    };

    /// An idle connection, which nobody has looked at since, or a new one. Waits for a free one;
    /// throws Busy after 30 s, Unavailable when the database can't be reached.
    std::unique_ptr<Lease> lease();

    PoolUse use() const;

private:
    void give_back(std::unique_ptr<Session> session);

    Server& server_;
    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<Session>> idle_;
    std::size_t in_use_ = 0;
};

}  // namespace migrator::db::sql::connector
