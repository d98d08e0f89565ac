#include "db/sql/connector/session_pool.hpp"

#include <chrono>

#include "core/error.hpp"

namespace migrator::db::sql::connector {
namespace {

constexpr std::chrono::seconds kPatience{30};

}  // namespace

std::unique_ptr<SessionPool::Lease> SessionPool::lease() {
    std::unique_ptr<Session> session;
    {
        std::unique_lock lock(mutex_);
        if (!freed_.wait_for(lock, kPatience, [&] { return in_use_ < limit_; })) {
            throw Error(
                ErrorKind::Busy,
                "all " + std::to_string(limit_) +
                    " connections for reading are in use (maxConnections); try again"
            );
        }
        ++in_use_;
        if (!idle_.empty()) {
            session = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    const bool was_idle = session != nullptr;
    auto lease = std::make_unique<Lease>(*this, std::move(session), was_idle);
    if (!was_idle) lease->renew();
    return lease;
}

void SessionPool::give_back(std::unique_ptr<Session> session) {
    const std::lock_guard lock(mutex_);
    --in_use_;
    if (session && !session->is_lost()) idle_.push_back(std::move(session));
    freed_.notify_one();
}

PoolUse SessionPool::use() const {
    const std::lock_guard lock(mutex_);
    return {.in_use = in_use_, .idle = idle_.size(), .limit = limit_};
}

}  // namespace migrator::db::sql::connector
