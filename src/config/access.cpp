#include "config/access.hpp"

#include <fmt/format.h>

#include <vector>

#include "core/error.hpp"

namespace migrator::config {
namespace {

/// What `parse` makes of each line of `key`.
template <typename Line>
std::vector<Line> lines_of(
    const Settings& settings, std::string_view key, Line (*parse)(std::string_view), Report& report
) {
    std::vector<Line> lines;
    std::size_t number = 0;
    for (const std::string& text : items_of(settings, key)) {
        ++number;
        try {
            lines.push_back(parse(text));
        } catch (const Error& error) {
            report.wrong(
                *find_key(key),
                "line",
                origin_of(settings, key),
                fmt::format("element {} {}", number, error.what())
            );
        }
    }
    return lines;
}

/// What `check` objects to is reported for `key`.
template <typename Check>
void report_of(Check check, const Settings& settings, std::string_view key, Report& report) {
    try {
        check();
    } catch (const Error& error) {
        report.wrong(*find_key(key), "line", origin_of(settings, key), error.what());
    }
}

access::Balancer read_balancer(const Settings& settings, Report& report) {
    access::Balancer balancer;
    balancer.signer = text_of(settings, "balancerSigner");
    balancer.client = text_of(settings, "balancerClient");
    balancer.issuer = text_of(settings, "balancerIssuer");
    balancer.keys_url = text_of(settings, "balancerKeysURL");
    balancer.grants = lines_of(settings, "balancerRoles", access::parse_grant_line, report);
    const bool is_any_set = is_set(settings, "balancerSigner") ||
                            is_set(settings, "balancerClient") ||
                            is_set(settings, "balancerIssuer") || is_set(settings, "balancerRoles");
    if (!is_any_set) return balancer;
    for (const char* key : {"balancerSigner", "balancerClient", "balancerIssuer"}) {
        if (is_set(settings, key)) continue;
        report.wrong(
            *find_key(key),
            "required",
            origin_of(settings, key),
            "is required together with the other keys of the balancer"
        );
    }
    if (balancer.grants.empty()) balancer.grants = {access::parse_grant_line("claim=roles")};
    report_of([&] { access::check_balancer(balancer); }, settings, "balancerSigner", report);
    return balancer;
}

}  // namespace

access::Options read_access(const Settings& settings, Report& report) {
    access::Options options;
    options.tokens = lines_of(settings, "tokens", access::parse_token_line, report);
    options.issuers = lines_of(settings, "issuers", access::parse_issuer_line, report);
    options.certificates =
        lines_of(settings, "certificates", access::parse_certificate_line, report);
    options.balancer = read_balancer(settings, report);
    report_of([&] { access::check_tokens(options); }, settings, "tokens", report);
    report_of([&] { access::check_issuers(options); }, settings, "issuers", report);
    return options;
}

}  // namespace migrator::config
