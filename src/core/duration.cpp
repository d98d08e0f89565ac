#include "core/duration.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "core/number.hpp"

namespace migrator {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

std::optional<milliseconds> parse_duration(std::string_view text) {
    struct Unit {
        std::string_view suffix;
        milliseconds length;
    };
    constexpr Unit kUnits[] = {{"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}, {"", 1s}};
    constexpr milliseconds kLongest = 100 * 365 * 24h;
    const auto* unit =
        std::ranges::find_if(kUnits, [&](const Unit& u) { return text.ends_with(u.suffix); });
    text.remove_suffix(unit->suffix.size());
    const auto number = parse_number<milliseconds::rep>(text);
    if (!number || *number < 0 || *number > kLongest / unit->length) return std::nullopt;
    return *number * unit->length;
}

std::string format_duration(nanoseconds duration) {
    const nanoseconds positive = std::max(duration, 0ns);
    const auto ms = std::chrono::round<milliseconds>(positive);
    if (ms < 1s) return fmt::format("{} ms", ms.count());
    using Tenths = std::chrono::duration<std::int64_t, std::deci>;
    const auto tenths = std::chrono::round<Tenths>(positive);
    if (tenths < 1min) return fmt::format("{}.{} s", tenths.count() / 10, tenths.count() % 10);
    const auto seconds = std::chrono::round<std::chrono::seconds>(positive);
    if (seconds < 1h) return fmt::format("{} min {} s", seconds / 1min, (seconds % 1min).count());
    const auto minutes = std::chrono::round<std::chrono::minutes>(positive);
    return fmt::format("{} h {} min", minutes / 1h, (minutes % 1h).count());
}

}  // namespace migrator
