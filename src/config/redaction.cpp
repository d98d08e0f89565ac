#include "config/redaction.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ascii.hpp"
#include "core/masking.hpp"

namespace migrator::config {
namespace {

constexpr auto kNone = std::string_view::npos;

/// Behind the quote that ends the text that begins at `at`; one that is doubled is part of it.
std::size_t end_of_quoted(std::string_view sql, std::size_t at) {
    const char quote = sql[at];
    for (++at; at < sql.size(); ++at) {
        if (sql[at] != quote) continue;
        if (at + 1 == sql.size() || sql[at + 1] != quote) return at + 1;
        ++at;
    }
    return kNone;
}

std::size_t end_of_json_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return kNone;
}

/// Brackets, commas, numbers and the three words.
bool is_json_without_strings(std::string_view text) {
    while (!text.empty()) {
        const auto word = std::min(text.find_first_of("{}[]:, \t\r\n"), text.size());
        const std::string_view part = text.substr(0, word);
        const bool is_number = consists_of(part, "0123456789+-.eE");
        if (!part.empty() && !is_number && part != "true" && part != "false" && part != "null") {
            return false;
        }
        text.remove_prefix(std::min(word + 1, text.size()));
    }
    return true;
}

}  // namespace

std::string redact_data_source(
    db::Drivers drivers, std::string_view driver, std::string_view data_source
) {
    if (data_source.empty()) return {};
    const db::Driver* found = db::find_driver(drivers, driver);
    return found == nullptr ? std::string(kMask) : found->mask(data_source);
}

std::string redact_url(std::string_view url) {
    if (url.empty()) return {};
    const auto colon = url.find("://");
    const std::string scheme = lower_case(url.substr(0, colon));
    if (colon == kNone || (scheme != "http" && scheme != "https")) return std::string(kMask);
    const std::string start(url.substr(0, colon + 3));
    const std::string_view rest = url.substr(colon + 3);
    const auto authority_end = std::min(rest.find_first_of("/?#\\"), rest.size());
    const auto at = rest.rfind('@');
    // User info ends at an '@'; behind a '/' it may be one of a password that was not encoded.
    if (at != kNone && at > authority_end) return start + std::string(kMask);
    const auto host_start = at == kNone ? 0 : at + 1;
    const std::string_view host = rest.substr(host_start, authority_end - host_start);
    if (host.empty() || !is_host_and_port(host)) return start + std::string(kMask);
    const std::string user = at == kNone ? "" : std::string(kMask) + "@";
    const bool ends_there = authority_end == rest.size();
    return start + user + std::string(host) + (ends_there ? "" : "/" + std::string(kMask));
}

std::string redact_header(std::string_view header) {
    const auto colon = header.find(':');
    const std::string_view name = trimmed(header.substr(0, colon));
    // RFC 9110's characters of a header's name
    const std::string allowed = std::string(kLettersAndDigits) + "!#$%&'*+-.^_`|~";
    if (colon == kNone || !consists_of(name, allowed) ||
        trimmed(header.substr(colon + 1)).empty()) {
        return std::string(kMask);
    }
    return std::string(name) + ": " + std::string(kMask);
}

std::string redact_sql(std::string_view sql, bool has_quoted_texts) {
    std::string result;
    for (std::size_t at = 0; at < sql.size();) {
        const char c = sql[at];
        // Whether a backslash or a dollar begins or ends a text depends on the server.
        if (c == '\\' || (c == '$' && !is_digit(at + 1 < sql.size() ? sql[at + 1] : ' '))) {
            return std::string(kMask);
        }
        if (c != '\'' && c != '"') {
            result += c;
            ++at;
            continue;
        }
        const auto end = end_of_quoted(sql, at);
        if (end == kNone) return std::string(kMask);
        const std::string_view quoted = sql.substr(at, end - at);
        if (quoted.find('\\') != kNone) return std::string(kMask);
        const bool is_name = c == '"' && !has_quoted_texts;
        const bool is_shown = is_name || quoted.size() == 2;
        result += is_shown ? std::string(quoted) : c + std::string(kMask) + c;
        at = end;
    }
    return result;
}

std::string redact_template(std::string_view text) {
    constexpr std::string_view kPlaceholder = "${summary";
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        if (text.substr(at).starts_with(kPlaceholder)) {
            const auto end = text.find('}', at);
            if (end == kNone) return std::string(kMask);
            result += text.substr(at, end + 1 - at);
            at = end + 1;
        } else if (text[at] == '"') {
            const auto end = end_of_json_string(text, at);
            if (end == kNone) return std::string(kMask);
            const std::string_view string = text.substr(at, end - at);
            const auto next = text.find_first_not_of(kWhiteSpace, end);
            const bool is_name = next != kNone && text[next] == ':';
            const bool is_shown =
                is_name || string.size() == 2 || string.find(kPlaceholder) != kNone;
            result += is_shown ? std::string(string) : fmt::format("\"{}\"", kMask);
            at = end;
        } else {
            const auto end = std::min(text.find_first_of("\"$", at + 1), text.size());
            if (!is_json_without_strings(text.substr(at, end - at))) return std::string(kMask);
            result += text.substr(at, end - at);
            at = end;
        }
    }
    return result;
}

std::string redact_location(std::string_view location) {
    const auto colon = location.find("://");
    const std::string scheme = lower_case(location.substr(0, colon));
    if (colon == kNone) return std::string(location);
    if (scheme != "http" && scheme != "https") {
        // A key of S3 may hold a '?'; parameters have an '=' behind it.
        const auto question = location.find('?');
        const bool has_query = question != kNone && location.find('=', question) != kNone;
        return std::string(location.substr(0, has_query ? question : kNone));
    }
    const std::string start(location.substr(0, colon + 3));
    const std::string_view rest = location.substr(colon + 3);
    const std::string_view shown = rest.substr(0, rest.find_first_of("?#"));
    const auto at = rest.rfind('@');
    if (at != kNone && at > shown.size()) return start + std::string(kMask);
    const std::string_view place = at == kNone ? shown : shown.substr(at + 1);
    if (!is_host_and_port(place.substr(0, place.find('/')))) return start + std::string(kMask);
    return start + (at == kNone ? "" : std::string(kMask) + "@") + std::string(place);
}

}  // namespace migrator::config
