#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/ip_address.hpp"

namespace migrator {

/// A network of IP addresses, such as 10.0.0.0/8; one address is a network, too.
class Network {
public:
    /// `ADDRESS` or `ADDRESS/BITS`. Nothing for any other text. Bits behind the prefix are dropped.
    static std::optional<Network> parse(std::string_view text);

    bool contains(const IpAddress& address) const noexcept;

private:
    Network(const IpAddress& address, unsigned bits) : address_(address), bits_(bits) {}

    IpAddress address_;
    unsigned bits_;  ///< of the address as IPv6
};

using Networks = std::vector<Network>;

/// Throws Configuration when a text is no network.
Networks networks_of(const std::vector<std::string_view>& texts);

/// Whether one of `networks` does.
bool contains(const Networks& networks, const IpAddress& address) noexcept;

}  // namespace migrator
