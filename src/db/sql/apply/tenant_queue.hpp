#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "db/sql/apply/fleet_phases.hpp"

namespace migrator::db::sql::apply {

/// Parts of a phase that wait for a worker, in order; those to be tried again come after the
/// others, each when its time has come, and those that have collided with others while nothing else
/// is in work. Thread-safe.
class TenantQueue {
public:
    using Clock = std::chrono::steady_clock;

    struct Item {
        const TenantPart* part = nullptr;
        std::size_t next_unit = 0;   ///< of the part: those before are done
        std::size_t files_done = 0;  ///< of that unit
        std::size_t failed_tries = 0;
        bool alone = false;  ///< nothing else is in work meanwhile
    };

    /// Gives out nothing more once `stop` is requested.
    explicit TenantQueue(std::stop_token stop) : stop_(std::move(stop)) {}

    void add(const Item& item);
    /// Waits for the next one, which is in work then until `done` or `repeat`. Nothing: there is
    /// none left, in work or waiting, or it is closed.
    std::optional<Item> take();
    void done();
    /// The item that was in work waits for another try.
    void repeat(const Item& item, std::chrono::milliseconds pause);
    /// Gives out nothing more.
    void close();

private:
    struct Waiting {
        Clock::time_point due;
        Item item;
    };
    // With `mutex_` held:
    std::optional<Item> next_due();
    void changed();
    std::vector<Waiting>::const_iterator first_waiting() const;

    const std::stop_token stop_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<Item> ready_;
    std::vector<Waiting> waiting_;
    std::size_t in_work_ = 0;
    bool alone_in_work_ = false;
    bool closed_ = false;
    std::size_t changes_ = 0;  ///< of all this
};

}  // namespace migrator::db::sql::apply
