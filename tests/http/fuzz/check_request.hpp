#pragma once

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "http/request_parser.hpp"

namespace migrator::http::test {

/// What a parser made of a text.
struct Parsed {
    std::optional<Refusal> refusal;
    bool is_complete = false;
    std::size_t taken = 0;
    Request request;
};

inline Parsed parse_in_pieces(std::string_view text, std::size_t piece) {
    RequestParser parser({.header_bytes = 1'024, .body_bytes = 2'048});
    Parsed parsed;
    std::string pending;
    while (parsed.taken < text.size() && !parser.refusal() && !parser.complete()) {
        const std::size_t wanted = pending.size() + piece;
        pending = text.substr(parsed.taken, wanted);
        const std::size_t took = parser.feed(pending);
        if (took > pending.size()) std::abort();
        parsed.taken += took;
        pending.erase(0, took);
        if (parsed.taken + pending.size() >= text.size() && took == 0) break;
    }
    parsed.refusal = parser.refusal();
    parsed.is_complete = parser.complete();
    if (parsed.is_complete && !parsed.refusal) parsed.request = parser.take();
    return parsed;
}

/// A request means the same however it is cut into pieces, stays within its limits, and no part of
/// it ends up in another one. (What is none may be refused a little later in small pieces.)
inline void check_request(std::string_view text) {
    const Parsed whole = parse_in_pieces(text, text.size() + 1);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{64}}) {
        const Parsed cut = parse_in_pieces(text, piece);
        if (cut.is_complete != whole.is_complete) {
            std::abort();
        }
        if (cut.request.target != whole.request.target || cut.request.body != whole.request.body ||
            cut.request.headers != whole.request.headers) {
            std::abort();
        }
    }
    if (!whole.is_complete || whole.refusal) return;
    const auto has_control = [](const std::string& value) {
        return std::ranges::any_of(value, [](char c) {
            return c == '\r' || c == '\n' || c == '\0';
        });
    };
    if (whole.request.body.size() > 2'048 || has_control(whole.request.target)) std::abort();
    for (const auto& [name, value] : whole.request.headers) {
        if (has_control(name) || has_control(value) || name.empty()) std::abort();
    }
}

}  // namespace migrator::http::test
