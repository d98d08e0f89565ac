#include "config/redaction.hpp"

#include "core/ascii.hpp"
#include "core/masking.hpp"

namespace migrator::config {
namespace {

constexpr auto kNone = std::string_view::npos;

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
