#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace migrator::log {

/// While it lives, a thread of its own writes the lines of the log, so that whoever logs never
/// waits for the reader of standard error. Lines that find 1 MiB of others waiting are dropped and
/// counted; a line says so once others are written again. Only one at a time.
class Queue {
public:
    /// `file` is where the lines go, standard error but for tests. It stays the caller's.
    explicit Queue(int file);
    /// Writes what is left, for at most a second without a reader.
    ~Queue();
    Queue(const Queue&) = delete;
    Queue& operator=(const Queue&) = delete;

    /// Lines that were not written, since the start. From any thread.
    std::uint64_t dropped() const;

private:
    void push(std::string_view line);
    void write_all();
    bool write(std::string_view line) const;
    bool wait_until_writable() const;

    const int file_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> lines_;
    std::size_t bytes_ = 0;  ///< of `lines_`
    std::uint64_t dropped_ = 0;
    bool ending_ = false;
    std::thread writer_;
};

}  // namespace migrator::log
