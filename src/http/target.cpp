#include "http/target.hpp"

#include "http/text.hpp"

namespace migrator::http {

namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return std::nullopt;
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        decoded += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return decoded;
}

/// "http://host/path?query" is "/path?query": a server has to take both forms.
std::optional<std::string> without_host(std::string_view sent) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equal_ignoring_case(sent.substr(0, scheme.size()), scheme)) continue;
        const std::size_t end = sent.find_first_of("/?", scheme.size());
        if (end == std::string_view::npos) return "/";
        const std::string_view rest = sent.substr(end);
        return (rest.front() == '?' ? "/" : "") + std::string(rest);
    }
    if (sent.starts_with('/') || sent == "*") return std::string(sent);
    return std::nullopt;
}

}  // namespace

std::optional<Target> parse_target(std::string_view sent) {
    std::optional<std::string> text = without_host(sent);
    if (!text) return std::nullopt;
    const std::size_t mark = text->find('?');
    std::optional<std::string> path = percent_decode(std::string_view(*text).substr(0, mark));
    if (!path) return std::nullopt;
    std::string query = mark == std::string::npos ? "" : text->substr(mark + 1);
    return Target{.text = *std::move(text), .path = *std::move(path), .query = std::move(query)};
}

}  // namespace migrator::http
