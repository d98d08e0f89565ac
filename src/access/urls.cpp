#include "access/urls.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"
#include "core/error.hpp"
#include "http_client/http_client.hpp"
#include "http_client/url.hpp"

namespace migrator::access {
namespace {

constexpr std::size_t kLongestAnswer = 262'144;

bool is_plain_url_character(char c) {
    return static_cast<unsigned char>(c) > 0x20U && static_cast<unsigned char>(c) < 0x7fU &&
           c != '"' && c != '\\';
}

}  // namespace

bool is_loopback_url(const std::string& url) {
    const auto parsed = http_client::Url::parse(url);
    if (!parsed) return false;
    std::string host = parsed->origin();  // a URL with a doubtful host has another origin
    host.erase(0, host.find("://") + 3);
    if (!host.starts_with('['))
        host.resize(std::min(host.find(':'), host.size()));
    else
        host.resize(std::min(host.find(']') + 1, host.size()));
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

bool is_safe_url(const std::string& url) {
    if (!std::ranges::all_of(url, is_plain_url_character) || url.find('@') != std::string::npos) {
        return false;
    }
    if (!http_client::Url::parse(url)) return false;
    return url.starts_with("https://") || (url.starts_with("http://") && is_loopback_url(url));
}

bool is_issuer_url(const std::string& url) {
    return url.find_first_of("?#") == std::string::npos && is_safe_url(url);
}

Fetched fetch(const Fetch& what, std::chrono::milliseconds timeout) {
    http_client::Request request;
    request.url = what.url;
    request.ca_file = what.ca_file;
    request.direct = is_loopback_url(what.url);
    request.headers.emplace_back("Accept", "application/json");
    if (!what.authorization.empty()) {
        request.headers.emplace_back("Authorization", what.authorization);
    }
    http_client::Limits limits;
    limits.connect = timeout;
    limits.total = std::max(timeout, std::chrono::milliseconds(1));  // 0 would be no limit
    limits.response_bytes = kLongestAnswer;
    auto response = http_client::send(request, limits);
    if (response.status != 200) {
        throw Error(
            ErrorKind::Unavailable,
            fmt::format("{}: HTTP status {}", http_client::origin_of(what.url), response.status)
        );
    }
    Fetched fetched{.body = std::move(response.body), .cache_control = {}};
    for (const auto& [name, value] : response.headers) {
        if (name == "cache-control") fetched.cache_control = lower_case(value);
    }
    return fetched;
}

}  // namespace migrator::access
