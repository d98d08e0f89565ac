#include "core/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/ascii.hpp"

namespace migrator {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::nanoseconds;

/// `date`, `separator`, time of day to the second; what is left of the second goes to `rest`.
std::string to_the_second(TimePoint time, char separator, nanoseconds& rest) {
    const auto midnight = floor<days>(time);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss<nanoseconds> clock(time - midnight);
    rest = clock.subseconds();
    return fmt::format(
        "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        separator,
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count()
    );
}

/// Reads a time from left to right; after the first thing that isn't there all else fails too.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool failed() const { return failed_; }
    bool at_end() const { return text_.empty(); }

    /// Takes the next character if it is one of `allowed`.
    bool take(std::string_view allowed) {
        if (text_.empty() || allowed.find(text_.front()) == std::string_view::npos) return false;
        text_.remove_prefix(1);
        return true;
    }
    void expect(std::string_view allowed) { failed_ |= !take(allowed); }

    int number(std::size_t digits, int least, int most) {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (text_.empty() || !is_digit(text_.front())) {
                failed_ = true;
                return 0;
            }
            value = value * 10 + (text_.front() - '0');
            text_.remove_prefix(1);
        }
        failed_ |= value < least || value > most;
        return value;
    }

    /// The digits after the decimal point; more than nine are cut off.
    nanoseconds fraction() {
        std::int64_t value = 0;
        std::int64_t unit = 1'000'000'000;
        failed_ |= text_.empty() || !is_digit(text_.front());
        for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1)) {
            if (unit == 1) continue;
            unit /= 10;
            value += (text_.front() - '0') * unit;
        }
        return nanoseconds(value);
    }

    /// `Z`, `+HH`, `+HHMM`, `+HH:MM` or `+HH:MM:SS`; none is UTC.
    std::chrono::seconds offset() {
        if (at_end() || take("Z")) return 0s;
        const bool west = take("-");
        if (!west) expect("+");
        std::chrono::seconds offset = std::chrono::hours(number(2, 0, 23));
        if (take(":") || !at_end()) offset += std::chrono::minutes(number(2, 0, 59));
        if (take(":")) offset += std::chrono::seconds(number(2, 0, 59));
        return west ? -offset : offset;
    }

private:
    std::string_view text_;
    bool failed_ = false;
};

std::optional<TimePoint> read_time(std::string_view text) {
    Reader reader(text);
    const std::chrono::year year(reader.number(4, 1, 9999));
    reader.expect("-");
    const std::chrono::month month(static_cast<unsigned>(reader.number(2, 1, 12)));
    reader.expect("-");
    const std::chrono::day day(static_cast<unsigned>(reader.number(2, 1, 31)));
    reader.expect(" T");
    std::chrono::seconds time = std::chrono::hours(reader.number(2, 0, 23));
    reader.expect(":");
    time += std::chrono::minutes(reader.number(2, 0, 59));
    reader.expect(":");
    time += std::chrono::seconds(reader.number(2, 0, 59));
    const nanoseconds fraction = reader.take(".") ? reader.fraction() : 0ns;
    time -= reader.offset();
    const std::chrono::year_month_day date(year, month, day);
    if (reader.failed() || !reader.at_end() || !date.ok()) return std::nullopt;
    const auto seconds = std::chrono::sys_days(date) + time;
    // Nanoseconds in 64 bits reach from 1677 to 2262.
    if (seconds <= floor<std::chrono::seconds>(TimePoint::min()) + 1s ||
        seconds >= floor<std::chrono::seconds>(TimePoint::max())) {
        return std::nullopt;
    }
    return TimePoint(seconds) + fraction;
}

}  // namespace

std::string format_rfc3339(TimePoint time) {
    nanoseconds rest{};
    std::string text = to_the_second(time, 'T', rest);
    if (rest != 0ns) {
        text += fmt::format(".{:09}", rest.count());
        text.erase(text.find_last_not_of('0') + 1);
    }
    return text + 'Z';
}

TimePoint parse_database_time(std::string_view text) {
    return read_time(text).value_or(TimePoint());
}

std::string format_database_time(TimePoint time) {
    nanoseconds rest{};
    const std::string text = to_the_second(time, ' ', rest);
    return fmt::format("{}.{:06}", text, rest / 1us);
}

}  // namespace migrator
