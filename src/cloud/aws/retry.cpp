#include "cloud/aws/retry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "cloud/aws/answers.hpp"
#include "core/number.hpp"

namespace migrator::cloud::aws {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kLongestAsked = seconds(30);

/// Nothing for what is no whole number from 0.
std::optional<std::int64_t> number_of(const std::string& text) {
    const auto number = parse_number<std::int64_t>(text);
    return number && *number >= 0 ? number : std::nullopt;
}

/// Never more than `kLongestAsked`, of which no unit can overflow.
milliseconds limited(std::int64_t count, milliseconds unit) {
    return std::min(kLongestAsked, std::min<std::int64_t>(count, kLongestAsked.count()) * unit);
}

}  // namespace

std::optional<TimePoint> parse_http_date(const std::string& text) {
    constexpr std::array<std::string_view, 12> kMonths{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::array<char, 4> month{};
    unsigned day = 0;
    int year = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int end = 0;
    const int found = std::sscanf(
        text.c_str(),
        "%*3[A-Za-z], %2u %3[A-Za-z] %4d %2d:%2d:%2d GMT%n",
        &day,
        month.data(),
        &year,
        &hour,
        &minute,
        &second,
        &end
    );
    const auto* name = std::ranges::find(kMonths, std::string_view(month.data()));
    if (found != 6 || end != static_cast<int>(text.size()) || name == kMonths.end()) return {};
    const std::chrono::year_month_day date(
        std::chrono::year(year),
        std::chrono::month(static_cast<unsigned>(name - kMonths.begin()) + 1),
        std::chrono::day(day)
    );
    const auto is_in = [](int number, int limit) { return number >= 0 && number < limit; };
    if (!date.ok() || !is_in(hour, 24) || !is_in(minute, 60) || !is_in(second, 61)) return {};
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           seconds(second);
}

int attempts_after(http_client::TransportFailure failure, int attempts) {
    switch (failure) {
        case http_client::TransportFailure::Connect:
        case http_client::TransportFailure::Timeout:
        case http_client::TransportFailure::Interrupted:
            return attempts;
        case http_client::TransportFailure::Resolve:
            return std::min(attempts, 2);  // most likely the name is wrong
        default:
            return 1;
    }
}

milliseconds growing_pause(int attempt, bool is_throttled, double random) {
    const double first_ms = is_throttled ? 1'000 : 100;
    const double longest = std::min(20'000.0, first_ms * std::exp2(attempt - 1));
    return milliseconds(static_cast<std::int64_t>(std::clamp(random, 0.0, 1.0) * longest));
}

milliseconds asked_pause(const http_client::Response& response, TimePoint now) {
    for (const char* name : {"x-amz-retry-after", "x-ms-retry-after-ms", "retry-after-ms"}) {
        if (const auto count = number_of(header(response, name))) {
            return limited(*count, milliseconds(1));
        }
    }
    const std::string text = header(response, "retry-after");
    if (const auto count = number_of(text)) return limited(*count, seconds(1));
    const auto then = parse_http_date(text);
    if (!then) return milliseconds(0);
    // The server's own time, since ours may be off.
    const TimePoint from = parse_http_date(header(response, "date")).value_or(now);
    const auto pause = std::chrono::ceil<milliseconds>(*then - from);
    return std::clamp(pause, milliseconds(0), kLongestAsked);
}

}  // namespace migrator::cloud::aws
