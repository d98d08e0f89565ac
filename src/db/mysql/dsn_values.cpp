#include "db/mysql/dsn_values.hpp"

#include <charconv>
#include <cmath>
#include <utility>

namespace migrator::db::mysql {

std::optional<bool> parse_boolean(std::string_view text) {
    if (text == "1" || text == "true" || text == "TRUE" || text == "True") return true;
    if (text == "0" || text == "false" || text == "FALSE" || text == "False") return false;
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_go_duration(std::string_view text) {
    if (text == "0") return std::chrono::milliseconds(0);
    constexpr std::pair<std::string_view, double> kUnits[] = {
        {"ms", 1.0},
        {"us", 1e-3},
        {"µs", 1e-3},
        {"ns", 1e-6},
        {"h", 3'600'000.0},
        {"m", 60'000.0},
        {"s", 1'000.0},
    };
    constexpr double kLongest = 1e12;
    double sum = 0;
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        double number = 0;
        const auto [rest, error] = std::from_chars(
            text.data(), text.data() + text.size(), number, std::chars_format::fixed
        );
        if (error != std::errc() || !(number >= 0 && number <= kLongest)) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
        bool known = false;
        for (const auto& [unit, milliseconds] : kUnits) {
            if (!text.starts_with(unit)) continue;
            text.remove_prefix(unit.size());
            sum += number * milliseconds;
            known = true;
            break;
        }
        if (!known || sum > kLongest) return std::nullopt;
    }
    return std::chrono::milliseconds(std::llround(sum));
}

}  // namespace migrator::db::mysql
