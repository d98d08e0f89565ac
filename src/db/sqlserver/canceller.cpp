#include "db/sqlserver/canceller.hpp"

#include <chrono>

#include "db/sqlserver/odbc.hpp"

namespace migrator::db::sqlserver {
namespace {

constexpr std::chrono::milliseconds kAgain{50};

}  // namespace

Canceller::~Canceller() { end_thread(); }

void Canceller::end_thread() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard guard(mutex_);
        ends_ = true;
    }
    changed_.notify_all();
    thread_.join();
    ends_ = false;
}

void Canceller::watch(std::stop_token stop) {
    end_thread();
    stop_ = std::move(stop);
    if (!stop_.stop_possible()) return;
    thread_ = std::jthread([this, asked = stop_] { cancel_when_asked(asked); });
}

bool Canceller::stop_requested() const {
    const std::lock_guard guard(mutex_);
    return pauses_ == 0 && stop_.stop_requested();
}

void Canceller::cancel_when_asked(const std::stop_token& asked) {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, asked, [this] { return ends_; });
    while (!ends_) {
        if (statement_ == nullptr || pauses_ > 0) {
            changed_.wait(guard, [this] {
                return ends_ || (statement_ != nullptr && pauses_ == 0);
            });
            continue;
        }
        // The mutex keeps the statement alive: its call ends under it.
        SQLCancel(statement_);
        changed_.wait_for(guard, kAgain, [this] { return ends_ || statement_ == nullptr; });
    }
}

Canceller::Busy::Busy(Canceller& canceller, void* statement) : canceller_(canceller) {
    const std::lock_guard guard(canceller_.mutex_);
    canceller_.statement_ = statement;
    if (canceller_.stop_.stop_requested()) canceller_.changed_.notify_all();
}

Canceller::Busy::~Busy() {
    {
        const std::lock_guard guard(canceller_.mutex_);
        canceller_.statement_ = nullptr;
    }
    canceller_.changed_.notify_all();
}

Canceller::Pause::Pause(Canceller& canceller) : canceller_(canceller) {
    const std::lock_guard guard(canceller_.mutex_);
    ++canceller_.pauses_;
}

Canceller::Pause::~Pause() {
    const std::lock_guard guard(canceller_.mutex_);
    --canceller_.pauses_;
}

}  // namespace migrator::db::sqlserver
