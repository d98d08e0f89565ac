#include "core/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "core/network.hpp"

namespace migrator {
namespace {

constexpr IpAddress::Bytes kV4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
constexpr std::size_t kV4Begin = 12;

const Networks& loopback_networks() {
    static const Networks networks = networks_of({"127.0.0.0/8", "::1"});
    return networks;
}

const Networks& private_networks() {
    static const Networks networks = networks_of(
        {"10.0.0.0/8",
         "172.16.0.0/12",
         "192.168.0.0/16",
         "100.64.0.0/10",
         "169.254.0.0/16",
         "fc00::/7",
         "fe80::/10"}
    );
    return networks;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    const std::size_t zone = text.find('%');
    const std::string address(text.substr(0, zone));
    if (address.find('\0') != std::string::npos) return std::nullopt;
    Bytes bytes = kV4;
    if (zone == std::string_view::npos &&
        inet_pton(AF_INET, address.c_str(), bytes.data() + kV4Begin) == 1) {
        return IpAddress(bytes);
    }
    if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) return IpAddress(bytes);
    return std::nullopt;
}

bool IpAddress::is_v4() const noexcept {
    return std::equal(kV4.begin(), kV4.begin() + kV4Begin, bytes_.begin());
}

bool IpAddress::is_loopback() const noexcept { return contains(loopback_networks(), *this); }

bool IpAddress::is_private() const noexcept {
    return is_loopback() || contains(private_networks(), *this);
}

std::string IpAddress::str() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_v4()) {
        inet_ntop(AF_INET, bytes_.data() + kV4Begin, text.data(), text.size());
    } else {
        inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
    }
    return text.data();
}

}  // namespace migrator
