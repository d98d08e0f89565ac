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
constexpr milliseconds kFirstNews{5'000};
constexpr milliseconds kLongestNewsPause{60'000};

milliseconds next_pause(milliseconds previous) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const auto longest = std::min(previous * 2, kLongestPause);
    std::uniform_int_distribution<milliseconds::rep> between(longest.count() / 2, longest.count());
    return milliseconds(between(random));
}

std::string holder_of(db::Connector& connector) {
    const auto owner = connector.lock_owner();
    if (!owner) return "another run";
    std::string text = owner->owner;
    if (!owner->version_name.empty()) {
        text += fmt::format(" (version \"{}\"", owner->version_name);
        if (!owner->request_id.empty()) text += ", request " + owner->request_id;
        text += ")";
    }
    if (owner->since != TimePoint{}) text += " since " + format_rfc3339(owner->since);
    return text;
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
    : time_(time),
      limit_(limit),
      stop_(std::move(stop)),
      began_(time.now()),
      last_(kFirstPause),
      next_news_(kFirstNews),
      news_pause_(2 * kFirstNews) {}

milliseconds Patience::waited() const {
    return std::chrono::floor<milliseconds>(time_.now() - began_);
}

milliseconds Patience::left() const {
    const auto left = std::chrono::ceil<milliseconds>(limit_ - (time_.now() - began_));
    return std::max(left, milliseconds::zero());
}

bool Patience::is_news_due() {
    if (waited() < next_news_) return false;
    next_news_ = waited() + news_pause_;
    news_pause_ = std::min(news_pause_ * 2, kLongestNewsPause);
    return true;
}

void Patience::pause() {
    throw_if_stopped(stop_);
    last_ = next_pause(last_);
    time_.pause(last_, stop_);
    throw_if_stopped(stop_);
}

void give_up(db::Connector& connector, const Patience& patience) {
    throw Error(
        ErrorKind::Locked,
        fmt::format(
            "the migration lock is held by {}; gave up after {}; try again when that run has "
            "finished, or increase lockTimeout",
            holder_of(connector),
            format_duration(patience.limit())
        )
    );
}

std::string news_of(db::Connector& connector, Patience& patience) {
    if (!patience.is_news_due()) return {};
    const std::string waited = format_duration(patience.waited());
    try {
        return fmt::format(
            "waiting for the migration lock for {}; it is held by {}", waited, holder_of(connector)
        );
    } catch (const Error& error) {  // the next try finds out whether that matters
        return fmt::format(
            "waiting for the migration lock for {}; who holds it is unknown: {}",
            waited,
            error.what()
        );
    }
}

std::unique_ptr<db::Run> wait_for_lock(
    db::Connector& connector,
    const std::function<RunOwner()>& us,
    Patience& patience,
    const std::function<void(const std::string& news)>& before_pause
) {
    while (true) {
        if (auto run = connector.try_begin_run(us())) return run;
        if (patience.is_over()) give_up(connector, patience);
        if (before_pause) before_pause(news_of(connector, patience));
        patience.pause();
    }
}

}  // namespace migrator::coordinator
