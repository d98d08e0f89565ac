#pragma once

#include <optional>

#include "core/ip_address.hpp"
#include "core/network.hpp"
#include "http/message.hpp"

namespace migrator::http {

/// Whether `peer` may say on whose behalf it asks: one of `proxies` or, where that is empty, any
/// private address.
bool is_trusted(const IpAddress& peer, const Networks& proxies);

/// The address of who asks: the peer's, or for a trusted peer the last one in `X-Forwarded-For`
/// that is not trusted. Where all are trusted, the first one. What is no address ends the list:
/// nothing before it counts. A port behind an address is dropped.
IpAddress client_address(const Request& request, const IpAddress& peer, const Networks& proxies);

}  // namespace migrator::http
