#pragma once

#include <memory>

#include "db/sql/session.hpp"

namespace migrator::db::sqlserver {

/// The lock of a run, on the session that works. It can't be lost without the session, whose next
/// call says so; and what changes the database takes the fence beside it. So `lost` is never true.
class RunLock final : public sql::RunLock {
public:
    /// `session` holds the lock.
    explicit RunLock(std::unique_ptr<sql::Session> session) : session_(std::move(session)) {}

    void notify(std::function<void()> /*on_lost*/) override {}
    bool lost() const noexcept override { return false; }
    std::unique_ptr<sql::Session> take_session() override { return std::move(session_); }

private:
    std::unique_ptr<sql::Session> session_;  ///< null once it is taken; the lock ends with it
};

}  // namespace migrator::db::sqlserver
