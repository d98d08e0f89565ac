#include "cloud/aws/host.hpp"

#include <arpa/inet.h>

#include <array>

#include "core/ascii.hpp"
#include "http_client/http_client.hpp"

namespace migrator::cloud::aws {
namespace {

/// 4 or 16 bytes; empty for what is no address.
std::string bytes_of(const std::string& text) {
    std::array<char, 16> bytes{};
    if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
    return {};
}

}  // namespace

bool Host::is_address(const std::string& address) const {
    const std::string bytes = bytes_of(name);
    return !bytes.empty() && bytes == bytes_of(address);
}

bool Host::is_loopback() const {
    const std::string bytes = bytes_of(name);
    const bool is_in_127 = bytes.size() == 4 && bytes.front() == 127;
    return is_in_127 || is_address("::1") || equal_ignoring_case(name, "localhost");
}

std::optional<Host> host_of(const std::string& url) {
    const std::string origin = http_client::origin_of(url);
    const auto mark = origin.find("://");
    if (mark == std::string::npos) return std::nullopt;
    Host host;
    host.is_https = origin.starts_with("https:");
    host.name = origin.substr(mark + 3);
    if (host.name.starts_with('[')) {
        host.name = host.name.substr(1, host.name.find(']') - 1);
    } else {
        host.name.resize(std::min(host.name.find(':'), host.name.size()));
    }
    return host;
}

}  // namespace migrator::cloud::aws
