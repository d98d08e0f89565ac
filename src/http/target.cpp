#include "http/target.hpp"

#include "core/ascii.hpp"
#include "core/percent.hpp"

namespace migrator::http {

namespace {

/// "http://host/path?query" is "/path?query": a server has to take both forms.
std::optional<std::string> without_host(std::string_view sent) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!starts_with_ignoring_case(sent, scheme)) continue;
        const std::size_t end = sent.find_first_of("/?", scheme.size());
        if (end == std::string_view::npos) return "/";
        const std::string_view rest = sent.substr(end);
        return (rest.front() == '?' ? "/" : "") + std::string(rest);
    }
    if (sent.starts_with('/') || sent == "*") return std::string(sent);
    return std::nullopt;
}

}  // namespace

bool is_disguised(std::string_view path) {
    constexpr std::size_t kEscape = 3;
    for (std::size_t at = path.find('%'); at != std::string_view::npos;
         at = path.find('%', at + 1)) {
        const auto decoded = percent_decoded(path.substr(at, kEscape));
        if (!decoded || decoded->size() != 1) return true;
        const char c = decoded->front();
        if (is_letter_or_digit(c) || std::string_view("-._~/").find(c) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

std::optional<Target> parse_target(std::string_view sent) {
    std::optional<std::string> text = without_host(sent);
    if (!text) return std::nullopt;
    const std::size_t mark = text->find('?');
    std::optional<std::string> path = percent_decoded(std::string_view(*text).substr(0, mark));
    if (!path) return std::nullopt;
    std::string query = mark == std::string::npos ? "" : text->substr(mark + 1);
    return Target{.text = *std::move(text), .path = *std::move(path), .query = std::move(query)};
}

}  // namespace migrator::http
