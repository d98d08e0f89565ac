#pragma once

#include <fmt/format.h>

#include <memory>
#include <mutex>
#include <utility>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql {

/// Tries to get a lock on a connection. One that did not get it is kept for the next try: who polls
/// need not connect each time. `Pointer` owns a connection. From any thread.
template <typename Pointer>
class LockAttempts {
public:
    /// One try: `open()` gives a new connection, and `lock(connection)` a lock that has taken it,
    /// or null and leaves it. When a connection that has waited fails, it may have been closed
    /// meanwhile, and a new one tries. Throws what the two throw.
    std::unique_ptr<RunLock> next(const auto& open, const auto& lock) {
        for (Pointer connection = take();; connection = nullptr) {
            const bool is_new = connection == nullptr;
            try {
                if (is_new) connection = open();
                std::unique_ptr<RunLock> held = lock(connection);
                if (!held) keep(std::move(connection));
                return held;
            } catch (const Error& error) {
                if (is_new) throw;
                log::debug(fmt::format("Trying the migration lock again: {}", error.what()));
            }
        }
    }

private:
    Pointer take() {
        const std::lock_guard guard(mutex_);
        return std::move(waiting_);
    }
    void keep(Pointer connection) {
        const std::lock_guard guard(mutex_);
        waiting_ = std::move(connection);
    }

    std::mutex mutex_;
    Pointer waiting_;
};

}  // namespace migrator::db::sql
