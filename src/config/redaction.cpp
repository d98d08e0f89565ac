#include "config/redaction.hpp"

#include "config/redaction_parameters.hpp"

namespace migrator::config {
namespace {

using namespace redaction;

constexpr auto kNone = std::string_view::npos;

/// A path; but somebody may have left another driver's data source there, whole or in parts. All
/// of these have one of two characters in them that are rare in paths.
std::string redact_path(std::string_view text) {
    constexpr std::string_view kPrefix = "file:";
    const std::string_view path = text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
    const bool is_harmless = path == ":memory:" || path.find_first_of(":=") == kNone;
    return std::string(is_harmless ? text : kMask);
}

}  // namespace

std::string redact_data_source(std::string_view driver, std::string_view data_source) {
    if (data_source.empty()) return {};
    const auto starts_with = [&](std::string_view prefix) {
        return data_source.starts_with(prefix);
    };
    if (driver == "postgres") {
        const bool is_url = starts_with("postgres://") || starts_with("postgresql://");
        return is_url ? redact_connection_url(data_source) : redact_key_values(data_source);
    }
    if (driver == "mysql") return redact_go_dsn(data_source);
    if (driver == "sqlserver") {
        if (starts_with("sqlserver://")) return redact_connection_url(data_source);
        return starts_with("odbc:") ? redact_odbc(data_source) : redact_ado(data_source);
    }
    if (driver == "mongodb" && (starts_with("mongodb://") || starts_with("mongodb+srv://"))) {
        return redact_connection_url(data_source);
    }
    return driver == "sqlite" ? redact_path(data_source) : std::string(kMask);
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
    const std::string_view name = without_blanks(header.substr(0, colon));
    // RFC 9110's characters of a header's name
    const std::string allowed = std::string(kLettersAndDigits) + "!#$%&'*+-.^_`|~";
    if (colon == kNone || !consists_of(name, allowed)) return std::string(kMask);
    return std::string(name) + ": " + std::string(kMask);
}

std::string redact_location(std::string_view location) {
    const auto colon = location.find("://");
    const std::string scheme = lower_case(location.substr(0, colon));
    if (colon == kNone || (scheme != "http" && scheme != "https")) return std::string(location);
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
