#include "coordinator/lock_wait.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "core/duration.hpp"
#include "core/time.hpp"

namespace migrator::coordinator {
namespace {

constexpr std::chrono::milliseconds kLongestPause{400};

}  // namespace

std::chrono::milliseconds next_pause(std::chrono::milliseconds previous) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const auto longest = std::min(previous * 2, kLongestPause);
    std::uniform_int_distribution<std::chrono::milliseconds::rep> between(
        longest.count() / 2, longest.count()
    );
    return std::chrono::milliseconds(between(random));
}

Error locked_error(const std::optional<RunOwner>& owner, std::chrono::milliseconds waited) {
    std::string text = "the migration lock is held by ";
    if (!owner) {
        text += "another run";
    } else {
        text += owner->owner;
        if (!owner->version_name.empty()) {
            text += fmt::format(" (version \"{}\"", owner->version_name);
            if (!owner->request_id.empty()) text += ", request " + owner->request_id;
            text += ")";
        }
        if (owner->since != TimePoint{}) text += " since " + format_rfc3339(owner->since);
    }
    return {
        ErrorKind::Locked,
        fmt::format(
            "{}; gave up after {}: wait for it to end, or give more time with lockTimeout",
            text,
            format_duration(waited)
        )};
}

}  // namespace migrator::coordinator
