#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/progress.hpp"
#include "core/time.hpp"

namespace migrator::coordinator {

/// What has happened in a run, in order, each with a number from 1. The last `kMost` are kept. One
/// thread at a time.
class RunEvents {
public:
    static constexpr std::size_t kMost = 500;
    static constexpr std::size_t kLongestText = 2'048;  ///< bytes of a message

    /// Without a clock all events have the time 0.
    explicit RunEvents(Clock clock) : clock_(std::move(clock)) {}

    /// Adds what is new since the call before.
    void progressed(const Progress& progress);
    void ended(std::string_view state, int status);

    /// Number of the newest; 0: there is none.
    std::uint64_t newest() const { return newest_; }
    struct Since {
        std::uint64_t newest = 0;         ///< number of the last of all
        bool whole = false;               ///< some of them are not kept any more
        std::vector<std::string> events;  ///< JSON objects
    };
    /// Those behind number `since`.
    Since since(std::uint64_t since) const;

private:
    /// `members` are those behind number and time: `"type":"phase","phase":"applying"`.
    void add(const std::string& members);

    const Clock clock_;
    std::deque<std::string> kept_;  ///< the last is `newest_`
    std::uint64_t newest_ = 0;
    std::string phase_;
    std::string about_;
    std::size_t wave_ = 0;
    std::vector<LongStatement> long_statements_;
};

/// A statement that runs for long, and for whom it waits, as a JSON object.
std::string statement_json(const LongStatement& statement);

}  // namespace migrator::coordinator
