#include "db/sql/session_pool.hpp"

#include <chrono>

#include "core/error.hpp"
#include "db/sql/own_sql.hpp"

namespace migrator::db::sql {
namespace {

constexpr std::chrono::seconds kPatience{30};

/// An idle connection may have been closed by the server or a firewall long ago.
bool answers(Session& session) try {
    execute(session, "select 1");
    return true;
} catch (const Error&) {
    return false;
}

}  // namespace

std::unique_ptr<SessionPool::Lease> SessionPool::lease() {
    std::unique_ptr<Session> session;
    {
        std::unique_lock lock(mutex_);
        if (!freed_.wait_for(lock, kPatience, [&] { return in_use_ < limit_; })) {
            throw Error(
                ErrorKind::Busy,
                "all " + std::to_string(limit_) +
                    " connections for reading are in use (maxConnections): try again"
            );
        }
        ++in_use_;
        if (!idle_.empty()) {
            session = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    try {
        if (session && !answers(*session)) session.reset();
        if (!session) session = server_.connect();
    } catch (...) {
        give_back(nullptr);
        throw;
    }
    return std::make_unique<Lease>(*this, std::move(session));
}

void SessionPool::give_back(std::unique_ptr<Session> session) {
    const std::lock_guard lock(mutex_);
    --in_use_;
    if (session) idle_.push_back(std::move(session));
    freed_.notify_one();
}

}  // namespace migrator::db::sql
