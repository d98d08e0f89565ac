#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace migrator::http_client {

struct Request {
    std::string method = "GET";
    std::string url;  ///< http or https; may hold secrets: never into a log or an error
    /// Sent as they are; `Content-Length` and `Transfer-Encoding` are left out, `body` says both.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string ca_file{};  ///< PEM file of roots to trust instead of the system's; empty: those
    bool direct = false;    ///< past every proxy, whatever the environment says
};

struct Response {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
    std::string body;
};

struct Limits {
    std::chrono::milliseconds connect{5'000};  ///< TLS included
    std::chrono::milliseconds total{10'000};   ///< 0: none, `stall` stands in for it
    std::chrono::milliseconds stall{30'000};   ///< without a byte; whole seconds, rounded up
    std::size_t response_bytes = 1'048'576;    ///< a longer body is an error
};

/// One request over a connection of its own (libcurl, HTTP/1.1). Certificates are verified against
/// the system's roots, redirects are not followed, a proxy comes from the environment as curl does.
/// The path is sent as it is given, with its dot segments and doubled slashes.
/// Any status is an answer. Throws Unavailable, which names scheme, host and port but neither
/// path, query, user nor headers: "POST https://hooks.example.com: no response within 10 s"; and
/// InvalidRequest, before anything is sent, for a URL that is none or has another scheme, and for
/// a method or header that could not be sent without changing what else is sent.
/// Safe from every thread.
Response send(const Request& request, const Limits& limits = {});

/// Scheme, host and, unless it is the scheme's own, port of a URL, for messages; "(not a URL)" when
/// it is none or of another scheme than http and https. An `@` behind the host may be one of a
/// password that was not encoded, of which the beginning looks like a host: that is "https://…".
std::string origin_of(const std::string& url);

}  // namespace migrator::http_client
