#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "api/routes.hpp"
#include "api/services.hpp"

/// Signing in with a browser: the bearer token is kept in a cookie that no script can read
/// (docs/access.md, "Browsers").
namespace migrator::api {

/// The token in the request's cookie; nothing when there is none, or when the request has an
/// Authorization header, which counts instead. A view into the request.
std::optional<std::string_view> session_token(const http::Request& request);

/// Throws Forbidden when a request proves who asks by the cookie, does more than to read, and does
/// not come from a page of this service: a browser adds the cookie by itself.
void check_session_use(const http::Request& request);

/// Who asks, how that was proved, and what they may do.
boost::json::object me_json(const Gate& gate, const http::Request& request);

/// Adds `{p}/v1/me`: who asks, and what they may do; and `{p}/v1/session`, where a browser signs in
/// and out. `is_https`: this service itself has TLS.
void add_session(Routes& routes, Services services, bool is_https);

}  // namespace migrator::api
