#include "config/webhook.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "core/masking.hpp"

namespace migrator::config {

bool is_http_url(std::string_view text) {
    const bool is_printable = std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20U && byte != 0x7fU;
    });
    const auto colon = text.find("://");
    if (!is_printable || colon == std::string_view::npos) return false;
    const std::string scheme = lower_case(text.substr(0, colon));
    if (scheme != "http" && scheme != "https") return false;
    std::string_view authority = text.substr(colon + 3);
    authority = authority.substr(0, authority.find_first_of("/?#"));
    const auto at = authority.rfind('@');
    std::string host(at == std::string_view::npos ? authority : authority.substr(at + 1));
    // A name may have letters of any alphabet: they are sent in another form (IDNA).
    std::ranges::replace_if(
        host, [](char c) { return static_cast<unsigned char>(c) >= 0x80U; }, 'x'
    );
    return !host.empty() && !host.starts_with(':') && is_host_and_port(host);
}

std::optional<std::pair<std::string, std::string>> parse_header(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view name = trimmed(text.substr(0, colon));
    // RFC 9110's characters of a header's name
    const std::string allowed = std::string(kLettersAndDigits) + "!#$%&'*+-.^_`|~";
    if (!consists_of(name, allowed)) return std::nullopt;
    return std::pair(std::string(name), std::string(trimmed(text.substr(colon + 1))));
}

notifier::Options webhook_options(const Settings& settings) {
    notifier::Options options;
    options.url = text_of(settings, "webHookURL");
    options.body_template = text_of(settings, "webHookTemplate");
    for (const std::string& item : items_of(settings, "webHookHeaders")) {
        auto header = parse_header(item);
        if (!header) continue;  // has been refused
        const std::string name = lower_case(header->first);
        const auto earlier = std::ranges::find_if(options.headers, [&](const auto& other) {
            return lower_case(other.first) == name;
        });
        if (earlier == options.headers.end()) {
            options.headers.push_back(std::move(*header));
        } else {
            *earlier = std::move(*header);
        }
    }
    return options;
}

}  // namespace migrator::config
