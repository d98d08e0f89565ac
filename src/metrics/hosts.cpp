#include "metrics/hosts.hpp"

#include <utility>

#include "core/ascii.hpp"

namespace migrator::metrics {

namespace {

constexpr std::string_view kOther = "other";

/// "a:80" is "a", "[::1]:80" is "[::1]"; "::1" has no port.
std::string_view without_port(std::string_view host) {
    const std::size_t colon = host.rfind(':');
    if (colon == std::string_view::npos) return host;
    const std::string_view name = host.substr(0, colon);
    const bool is_port = host.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
    const bool is_name = name.find(':') == std::string_view::npos || name.ends_with(']');
    return is_port && is_name ? name : host;
}

}  // namespace

KnownHosts::KnownHosts(std::vector<std::string> hosts) : hosts_(std::move(hosts)) {}

std::string_view KnownHosts::label_of(std::string_view sent) const {
    for (const std::string_view host : {sent, without_port(sent)}) {
        for (const std::string& known : hosts_) {
            if (equal_ignoring_case(known, host)) return known;
        }
    }
    return kOther;
}

}  // namespace migrator::metrics
