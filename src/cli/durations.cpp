#include "cli/durations.hpp"

#include <charconv>
#include <cstdint>

namespace migrator::cli {

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    constexpr std::size_t kMostDigits = 9;  // keeps the product far from overflow
    std::int64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || number < 0) return std::nullopt;
    if (static_cast<std::size_t>(rest - text.data()) > kMostDigits) return std::nullopt;

    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    if (unit == "ms") return std::chrono::milliseconds(number);
    if (unit == "s" || unit.empty()) return std::chrono::seconds(number);
    if (unit == "m") return std::chrono::minutes(number);
    if (unit == "h") return std::chrono::hours(number);
    return std::nullopt;
}

}  // namespace migrator::cli
