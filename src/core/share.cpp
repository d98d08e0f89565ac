#include "core/share.hpp"

#include "core/number.hpp"

namespace migrator {
namespace {

constexpr std::size_t kWhole = 100;

}  // namespace

std::size_t Share::rounded_down(std::size_t all) const {
    return is_percent ? all * value / kWhole : value;
}

std::size_t Share::rounded_up(std::size_t all) const {
    return is_percent ? (all * value + kWhole - 1) / kWhole : value;
}

std::optional<Share> parse_share(std::string_view text) {
    Share share{.is_percent = text.ends_with('%')};
    if (share.is_percent) text.remove_suffix(1);
    const auto number = parse_number<std::size_t>(text);
    if (!number) return std::nullopt;
    share.value = *number;
    if (share.is_percent && share.value > kWhole) return std::nullopt;
    return share;
}

std::optional<std::vector<Share>> parse_shares(std::string_view text) {
    std::vector<Share> shares;
    while (true) {
        const auto comma = text.find(',');
        const auto share = parse_share(text.substr(0, comma));
        if (!share) return std::nullopt;
        shares.push_back(*share);
        if (comma == std::string_view::npos) return shares;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace migrator
