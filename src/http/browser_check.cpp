#include "http/browser_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/ascii.hpp"
#include "http/text.hpp"

namespace migrator::http {

namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool has_any(const Request& request, std::initializer_list<std::string_view> names) {
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return request.header(name).has_value();
    });
}

/// A browser that sends any Sec-Fetch header sends this one. (Programs on Node send another without
/// it.)
constexpr std::string_view kSite = "Sec-Fetch-Site";

bool is_of_browser(const Request& request) { return has_any(request, {"Origin", kSite}); }

/// Also of one that says nothing of the page, as browsers do when they read from a host of plain
/// HTTP for a page that seems to come from there. HTTP/1.0 is a proxy's: nginx, unless it is told
/// otherwise.
bool seems_of_browser(const Request& request, unsigned version) {
    if (is_of_browser(request)) return true;
    const std::string_view agent = request.header("User-Agent").value_or("");
    return version >= 11 &&
           (agent.starts_with("Mozilla/") || request.header("Accept-Language").has_value());
}

/// A page of one site can follow a link to another, and come back from an identity provider.
bool is_navigation(const Request& request) {
    return request.method == "GET" && request.header("Sec-Fetch-Mode") == "navigate";
}

bool is_cross_site(const Request& request) {
    const auto site = request.header(kSite);
    return site && !is_one_of(*site, {"same-origin", "same-site", "none"});
}

/// Whether it does more than to read, or brings a body.
bool acts(const Request& request) {
    return !request.body.empty() || !is_one_of(request.method, {"GET", "HEAD", "OPTIONS"});
}

bool is_json(std::string_view content_type) {
    const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
    const bool is_application = starts_with_ignoring_case(type, "application/");
    constexpr std::string_view kSuffix = "+json";
    const bool has_suffix = type.size() > kSuffix.size() &&
                            equal_ignoring_case(type.substr(type.size() - kSuffix.size()), kSuffix);
    return equal_ignoring_case(type, "application/json") || (is_application && has_suffix);
}

/// "host" of "host", "host:8080" and "host."; "::1" of "[::1]:8080". Empty for anything else.
std::string_view host_of(std::string_view authority) {
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        return end == std::string_view::npos ? "" : authority.substr(1, end - 1);
    }
    std::string_view host = authority.substr(0, authority.find(':'));
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

/// Empty for "null" and what else is no URL.
std::string_view host_of_origin(std::string_view origin) {
    const std::size_t scheme_end = origin.find("://");
    if (scheme_end == std::string_view::npos) return "";
    return host_of(origin.substr(scheme_end + 3));
}

/// A stranger can't make these names mean this host, or owns nothing by them.
bool is_allowed(std::string_view host, const std::vector<std::string>& allowed_hosts) {
    constexpr std::string_view kLocal = "localhost";
    constexpr std::string_view kBelowLocal = ".localhost";
    if (host.empty()) return false;
    if (equal_ignoring_case(host, kLocal) || IpAddress::parse(host)) return true;
    if (host.size() > kBelowLocal.size() &&
        equal_ignoring_case(host.substr(host.size() - kBelowLocal.size()), kBelowLocal)) {
        return true;
    }
    return std::any_of(allowed_hosts.begin(), allowed_hosts.end(), [&](const std::string& name) {
        return equal_ignoring_case(host, host_of(name));
    });
}

bool was_forwarded(const Request& request) {
    return has_any(
        request,
        {"X-Forwarded-For",
         "X-Forwarded-Host",
         "X-Forwarded-Proto",
         "X-Real-IP",
         "Forwarded",
         "Via"}
    );
}

std::string shown(std::string_view text) {
    constexpr std::size_t kMost = 100;
    return escape_for_log(text.substr(0, kMost));
}

/// Names without a dot are of a local network or of a proxy's configuration: no stranger has one.
bool is_foreign_host(const Request& request, const Surroundings& around) {
    const std::string_view host = host_of(request.header("Host").value_or(""));
    return host.find('.') != std::string_view::npos && !is_allowed(host, around.allowed_hosts);
}

bool is_this_machine(std::string_view host) {
    constexpr std::string_view kName = "localhost";
    const auto address = IpAddress::parse(host);
    return address ? address->is_loopback() : equal_ignoring_case(host, kName);
}

}  // namespace

bool is_page_from_elsewhere(const Request& request) {
    if (!is_of_browser(request)) return false;
    const auto origin = request.header("Origin");
    return was_forwarded(request) || !is_this_machine(request.client_ip) ||
           (origin && !is_this_machine(host_of_origin(*origin)));
}

bool is_of_own_page(const Request& request) {
    if (const auto site = request.header(kSite)) return site == "same-origin";
    const std::string_view origin = request.header("Origin").value_or("");
    const std::string_view host = request.header("Host").value_or("");
    const std::size_t scheme_end = origin.find("://");
    return scheme_end != std::string_view::npos && !host.empty() &&
           equal_ignoring_case(origin.substr(scheme_end + 3), host);
}

std::optional<std::string> browser_problem(const Request& request, const Surroundings& around) {
    const bool is_local = around.peer && around.peer->is_loopback() && !was_forwarded(request);
    if (is_local && seems_of_browser(request, around.version) && is_foreign_host(request, around)) {
        return fmt::format(
            "a browser on this machine asks for the host {}; if that is a name of this service, "
            "add it to allowedHosts",
            shown(request.header("Host").value_or(""))
        );
    }
    if (!is_of_browser(request)) return std::nullopt;
    if (is_cross_site(request) && !is_navigation(request)) {
        return "a page of another site must not send requests to this service";
    }
    if (!acts(request)) return std::nullopt;
    const auto origin = request.header("Origin");
    if (origin && !is_allowed(host_of_origin(*origin), around.allowed_hosts)) {
        return fmt::format(
            "a page of {} must not change anything here; if that is a name of this service, add "
            "its host to allowedHosts",
            shown(*origin)
        );
    }
    if (!request.body.empty() && !is_json(request.header("Content-Type").value_or(""))) {
        return "the body of a browser's request must have the Content-Type application/json";
    }
    return std::nullopt;
}

}  // namespace migrator::http
