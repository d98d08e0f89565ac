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

/// Whether a browser's page asks that this machine has not loaded from itself: the connection or
/// what the proxies say comes from elsewhere, or the page has another machine's name.
bool is_page_from_elsewhere(const Request& request);

/// Whether a browser says that a page of this very service asks. Plain HTTP has no
/// `Sec-Fetch-Site`; then `Origin` has to have the host and port of `Host`.
bool is_of_own_page(const Request& request);

}  // namespace migrator::http
