#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ip_address.hpp"
#include "http/message.hpp"

namespace migrator::http {

/// What a check of a request looks at beside the request.
struct Surroundings {
    std::optional<IpAddress> peer;  ///< who has opened the connection, which may be a proxy
    unsigned version = 11;          ///< 11 or 10, for HTTP/1.1 and 1.0
    const std::vector<std::string>& allowed_hosts;  ///< names, without scheme and port
};

/// Why a request is refused that a page of a stranger may have made in somebody's browser: by a
/// form, by a script of another site, or by one whose name was pointed at this host (DNS
/// rebinding). Nothing when it is no browser's, or a harmless one: docs/http-api.md, "Browsers".
std::optional<std::string> browser_problem(const Request& request, const Surroundings& around);

}  // namespace migrator::http
