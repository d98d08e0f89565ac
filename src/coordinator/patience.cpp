#include "coordinator/patience.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

#include "core/duration.hpp"
#include "core/time.hpp"

namespace migrator::coordinator {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{25};
constexpr milliseconds kLongestPause{400};

milliseconds next_pause(milliseconds previous) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const auto longest = std::min(previous * 2, kLongestPause);
    std::uniform_int_distribution<milliseconds::rep> between(longest.count() / 2, longest.count());
    return milliseconds(between(random));
}

}  // namespace

void Time::sleep(milliseconds duration, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, duration, [] { return false; });
}

void throw_if_stopped(const std::stop_token& stop) {
    if (stop.stop_requested()) {
        throw Error(ErrorKind::Cancelled, "the run was canceled before it started");
    }
}

Patience::Patience(const Time& time, milliseconds limit, std::stop_token stop)
    : time_(time), limit_(limit), stop_(std::move(stop)), began_(time.now()), last_(kFirstPause) {}

milliseconds Patience::left() const {
    const auto left = std::chrono::ceil<milliseconds>(limit_ - (time_.now() - began_));
    return std::max(left, milliseconds::zero());
}

void Patience::pause() {
    throw_if_stopped(stop_);
    last_ = next_pause(last_);
    time_.pause(last_, stop_);
    throw_if_stopped(stop_);
}

void give_up(db::Connector& connector, const Patience& patience) {
    const auto owner = connector.lock_owner();
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
    throw Error(
        ErrorKind::Locked,
        fmt::format(
            "{}; gave up after {}; try again when that run has finished, or increase lockTimeout",
            text,
            format_duration(patience.limit())
        )
    );
}

std::unique_ptr<db::Run> wait_for_lock(
    db::Connector& connector,
    const std::function<RunOwner()>& us,
    Patience& patience,
    const std::function<void()>& before_pause
) {
    while (true) {
        if (auto run = connector.try_begin_run(us())) return run;
        if (patience.is_over()) give_up(connector, patience);
        if (before_pause) before_pause();
        patience.pause();
    }
}

}  // namespace migrator::coordinator
