#include "db/sql/apply/tenant_queue.hpp"

#include <algorithm>

namespace migrator::db::sql::apply {

void TenantQueue::changed() {
    ++changes_;
    wake_.notify_all();
}

void TenantQueue::add(const Item& item) {
    const std::lock_guard lock(mutex_);
    ready_.push_back(item);
    changed();
}

std::vector<TenantQueue::Waiting>::const_iterator TenantQueue::first_waiting() const {
    return std::ranges::min_element(waiting_, {}, &Waiting::due);
}

std::optional<TenantQueue::Item> TenantQueue::next_due() {
    if (alone_in_work_) return std::nullopt;
    std::optional<Item> item;
    if (!ready_.empty()) {
        item = ready_.front();
        ready_.pop_front();
        return item;
    }
    const auto first = first_waiting();
    if (first == waiting_.end() || first->due > Clock::now()) return std::nullopt;
    // Those behind it wait, too, or it would never be alone.
    if (first->item.alone && in_work_ > 0) return std::nullopt;
    item = first->item;
    waiting_.erase(first);
    return item;
}

std::optional<TenantQueue::Item> TenantQueue::take() {
    std::unique_lock lock(mutex_);
    while (!closed_ && !stop_.stop_requested()) {
        if (auto item = next_due()) {
            ++in_work_;
            alone_in_work_ = item->alone;
            return item;
        }
        // What is in work may come back to be tried again.
        if (waiting_.empty() && in_work_ == 0) return std::nullopt;
        const auto has_changed = [this, seen = changes_] { return changes_ != seen; };
        const auto first = first_waiting();
        if (first != waiting_.end() && first->due > Clock::now()) {
            wake_.wait_until(lock, stop_, Clock::time_point(first->due), has_changed);
        } else {
            wake_.wait(lock, stop_, has_changed);
        }
    }
    return std::nullopt;
}

void TenantQueue::done() {
    const std::lock_guard lock(mutex_);
    --in_work_;
    alone_in_work_ = false;
    changed();
}

void TenantQueue::repeat(const Item& item, std::chrono::milliseconds pause) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({Clock::now() + pause, item});
    --in_work_;
    alone_in_work_ = false;
    changed();
}

void TenantQueue::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed();
}

}  // namespace migrator::db::sql::apply
