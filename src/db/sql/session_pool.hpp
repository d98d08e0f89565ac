#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "db/sql/session.hpp"

namespace migrator::db::sql {

/// Connections for reading, at most `limit`, opened when they are needed. Thread-safe. Connections
/// that ran scripts never come here.
class SessionPool {
public:
    /// `server` lives longer.
    SessionPool(Server& server, std::size_t limit) : server_(server), limit_(limit) {}

    /// A connection in use; goes back when destroyed, unless `discard` was called.
    class Lease {
    public:
        Lease(SessionPool& pool, std::unique_ptr<Session> session)
            : pool_(pool), session_(std::move(session)) {}
        ~Lease() { pool_.give_back(std::move(session_)); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Session& operator*() const { return *session_; }
        Session* operator->() const { return session_.get(); }
        /// Closes the connection instead of giving it back: something went wrong on it.
        void discard() { session_.reset(); }

    private:
        SessionPool& pool_;
        std::unique_ptr<Session> session_;
    };

    /// A connection that has just answered. Waits for a free one; throws Busy after 30 s,
    /// Unavailable when the database can't be reached.
    std::unique_ptr<Lease> lease();

private:
    void give_back(std::unique_ptr<Session> session);

    Server& server_;
    const std::size_t limit_;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<Session>> idle_;
    std::size_t in_use_ = 0;
};

}  // namespace migrator::db::sql
