#include "db/sql/apply/tenant_queue.hpp"

#include <algorithm>

namespace migrator::db::sql::apply {

void TenantQueue::add(const Item& item) {
    const std::lock_guard lock(mutex_);
    ready_.push_back(item);
    changed_.notify_one();
}

std::optional<TenantQueue::Item> TenantQueue::next_due() {
    std::optional<Item> item;
    if (!ready_.empty()) {
        item = ready_.front();
        ready_.pop_front();
        return item;
    }
    const auto first = std::ranges::min_element(waiting_, {}, &Waiting::due);
    if (first == waiting_.end() || first->due > Clock::now()) return std::nullopt;
    item = first->item;
    waiting_.erase(first);
    return item;
}

std::optional<TenantQueue::Item> TenantQueue::take() {
    std::unique_lock lock(mutex_);
    while (!closed_ && !stop_.stop_requested()) {
        if (auto item = next_due()) {
            ++in_work_;
            return item;
        }
        if (waiting_.empty() && in_work_ == 0) return std::nullopt;
        // What is in work may come back to be tried again.
        if (waiting_.empty()) {
            changed_.wait(lock, stop_, [&] {
                return closed_ || !ready_.empty() || !waiting_.empty() || in_work_ == 0;
            });
        } else {
            const auto due = std::ranges::min_element(waiting_, {}, &Waiting::due)->due;
            const std::size_t waiting = waiting_.size();
            changed_.wait_until(lock, stop_, due, [&] {
                return closed_ || !ready_.empty() || waiting_.size() != waiting;
            });
        }
    }
    return std::nullopt;
}

void TenantQueue::done() {
    const std::lock_guard lock(mutex_);
    --in_work_;
    changed_.notify_all();
}

void TenantQueue::repeat(const Item& item, std::chrono::milliseconds pause) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({Clock::now() + pause, item});
    --in_work_;
    changed_.notify_all();
}

void TenantQueue::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
}

}  // namespace migrator::db::sql::apply
