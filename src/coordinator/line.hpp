#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>

namespace migrator::coordinator {

/// The line of those in one process who want to change the database: the one in front works, the
/// others wait. Thread-safe.
class Line {
public:
    /// At most `limit` wait behind the one in front.
    explicit Line(std::size_t limit) : limit_(limit) {}

    /// A place in the line, given up when destroyed. Must not outlive the line.
    class Place {
    public:
        /// As `Line::enter`.
        explicit Place(Line& line);
        ~Place();
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

        /// Whether it is this one's turn.
        bool is_first() const;
        /// Returns when it is this one's turn, when `stop` is requested, or after `time`.
        void wait(std::chrono::milliseconds time, const std::stop_token& stop) const;

    private:
        Line& line_;
        const std::uint64_t number_;
    };

    /// Throws Busy when the line is full.
    std::unique_ptr<Place> enter() { return std::make_unique<Place>(*this); }

private:
    std::uint64_t take_number();

    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::condition_variable_any moved_;
    std::uint64_t next_ = 0;
    std::set<std::uint64_t> numbers_;  ///< the one in work first
};

}  // namespace migrator::coordinator
