#include "http/client_address.hpp"

#include <algorithm>
#include <string_view>

#include "core/ascii.hpp"

namespace migrator::http {

namespace {

/// "10.0.0.1", "10.0.0.1:443", "::1", "[::1]", "[::1]:443".
std::optional<IpAddress> address_of(std::string_view text) {
    if (text.starts_with('[')) {
        const std::size_t end = text.find(']');
        const bool ends =
            end != std::string_view::npos && (end + 1 == text.size() || text[end + 1] == ':');
        return ends ? IpAddress::parse(text.substr(1, end - 1)) : std::nullopt;
    }
    const bool has_port = std::count(text.begin(), text.end(), ':') == 1;
    return IpAddress::parse(has_port ? text.substr(0, text.find(':')) : text);
}

/// All headers of that name are one list, in their order.
std::string forwarded_for(const Request& request) {
    std::string all;
    for (const auto& [name, value] : request.headers) {
        if (!equal_ignoring_case(name, "X-Forwarded-For")) continue;
        all += all.empty() ? "" : ",";
        all += value;
    }
    return all;
}

}  // namespace

bool is_trusted(const IpAddress& peer, const Networks& proxies) {
    return proxies.empty() ? peer.is_private() : contains(proxies, peer);
}

IpAddress client_address(const Request& request, const IpAddress& peer, const Networks& proxies) {
    const std::string all = forwarded_for(request);
    std::string_view rest = all;
    IpAddress client = peer;
    while (!rest.empty() && is_trusted(client, proxies)) {
        const std::size_t comma = rest.rfind(',');
        const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
        const auto address = address_of(trimmed(rest.substr(begin)));
        if (!address) break;
        client = *address;
        rest = rest.substr(0, comma == std::string_view::npos ? 0 : comma);
    }
    return client;
}

}  // namespace migrator::http
