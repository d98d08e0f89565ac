#include "core/network.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/number.hpp"

namespace migrator {
namespace {

constexpr unsigned kV4Bits = 32;
constexpr unsigned kV6Bits = 128;
constexpr unsigned kByteBits = 8;

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    if (slash == std::string_view::npos) return Network(*address, kV6Bits);
    const auto bits = parse_number<unsigned>(text.substr(slash + 1));
    const unsigned most = address->is_v4() ? kV4Bits : kV6Bits;
    if (!bits || *bits > most) return std::nullopt;
    return Network(*address, *bits + kV6Bits - most);
}

bool Network::contains(const IpAddress& address) const noexcept {
    const auto& ours = address_.bytes();
    const auto& theirs = address.bytes();
    const std::size_t whole = bits_ / kByteBits;
    if (!std::equal(
            ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(whole), theirs.begin()
        )) {
        return false;
    }
    const unsigned rest = bits_ % kByteBits;
    return rest == 0 || (ours[whole] ^ theirs[whole]) >> (kByteBits - rest) == 0;
}

Networks networks_of(const std::vector<std::string_view>& texts) {
    Networks networks;
    for (const std::string_view text : texts) {
        const auto network = Network::parse(text);
        if (!network) {
            throw Error(
                ErrorKind::Configuration, fmt::format("{} is no IP address or network", text)
            );
        }
        networks.push_back(*network);
    }
    return networks;
}

bool contains(const Networks& networks, const IpAddress& address) noexcept {
    return std::ranges::any_of(networks, [&](const Network& network) {
        return network.contains(address);
    });
}

}  // namespace migrator
