#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <thread>

namespace migrator::db::sqlserver {

/// Ends an attempt to connect that lasts too long, for a driver that does not: while it lives, and
/// once `limit` has passed, each socket to `port` that this process has opened meanwhile is shut
/// down. One at a time lives in a process; a second one waits.
class ConnectDeadline {
public:
    ConnectDeadline(std::uint16_t port, std::chrono::milliseconds limit);
    ConnectDeadline(const ConnectDeadline&) = delete;
    ConnectDeadline& operator=(const ConnectDeadline&) = delete;

    /// The attempt is over. True: the time had passed before.
    bool end();

private:
    void watch(const std::stop_token& over);

    const std::unique_lock<std::mutex> alone_;
    const std::uint16_t port_;
    const std::chrono::steady_clock::time_point at_;
    std::set<std::uint64_t> before_;  ///< inodes of the sockets that were there
    std::mutex mutex_;
    std::condition_variable_any ended_;
    bool passed_ = false;
    std::jthread watcher_;
};

}  // namespace migrator::db::sqlserver
