#include "http/response_head.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <string_view>
#include <utility>

#include "core/ascii.hpp"

namespace migrator::http {

namespace {

std::string_view reason(int status) {
    const auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
    const auto text = boost::beast::http::obsolete_reason(known);
    return {text.data(), text.size()};
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
    const std::size_t start = head.size();
    head.append(name).append(": ").append(value);
    std::replace_if(
        head.begin() + static_cast<std::ptrdiff_t>(start),
        head.end(),
        [](char c) { return c == '\r' || c == '\n' || c == '\0'; },
        ' '
    );
    head += "\r\n";
}

/// What a browser must not do with any answer: guess another type, keep it, show it in a frame or
/// run anything of it, name it to others, hand it to a page of another site.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kForBrowsers{{
    {"X-Content-Type-Options", "nosniff"},
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
}};

bool has_header(const Response& response, std::string_view name) {
    return std::any_of(response.headers.begin(), response.headers.end(), [&](const auto& header) {
        return equal_ignoring_case(header.first, name);
    });
}

}  // namespace

bool has_body(const Response& response) {
    return response.status >= 200 && response.status != 204 && response.status != 304;
}

std::size_t body_size(const Response& response) {
    const std::size_t spooled = response.spooled ? response.spooled->size() : 0;
    return response.body.size() + spooled + response.tail.size();
}

std::string response_head(const Response& response, const Framing& framing) {
    std::string head = fmt::format(
        "HTTP/1.{} {} {}\r\n", framing.version % 10, response.status, reason(response.status)
    );
    const std::time_t now = std::chrono::system_clock::to_time_t(framing.now);
    append_field(head, "Date", fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(now)));
    if (!response.content_type.empty()) append_field(head, "Content-Type", response.content_type);
    if (has_body(response)) {
        append_field(head, "Content-Length", fmt::format("{}", body_size(response)));
    }
    for (const auto& [name, value] : response.headers) append_field(head, name, value);
    for (const auto& [name, value] : kForBrowsers) {
        if (!has_header(response, name)) append_field(head, name, value);
    }
    if (!framing.keep_alive) {
        append_field(head, "Connection", "close");
    } else if (framing.version == 10) {
        append_field(head, "Connection", "keep-alive");
    }
    return head + "\r\n";
}

}  // namespace migrator::http
