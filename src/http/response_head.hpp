#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "http/message.hpp"

namespace migrator::http {

/// How an answer goes out, beside what it says.
struct Framing {
    unsigned version = 11;   ///< 11 or 10, as the request's
    bool keep_alive = true;  ///< false: `Connection: close`
    std::chrono::system_clock::time_point now;
};

/// Status line and header fields, with the empty line after them. Line breaks in the values of
/// fields become blanks, so that no value can add a field. Headers that limit what browsers do with
/// an answer are added to every one, each unless the response has one of that name.
std::string response_head(const Response& response, const Framing& framing);

/// 204 and 304 have no body, whatever the response holds.
bool has_body(const Response& response);

/// Of all parts of its body, in bytes.
std::size_t body_size(const Response& response);

}  // namespace migrator::http
