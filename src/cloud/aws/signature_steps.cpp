#include "cloud/aws/signature_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/ascii.hpp"
#include "core/hex.hpp"
#include "core/sha256.hpp"

namespace migrator::cloud::aws {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

/// Without blanks at the ends, and with one for each run of them inside.
std::string single_spaced(std::string_view value) {
    std::string result;
    bool pending = false;
    for (const char c : value) {
        if (std::string_view(" \t\r\n").find(c) != std::string_view::npos) {
            pending = !result.empty();
            continue;
        }
        if (pending) result += ' ';
        pending = false;
        result += c;
    }
    return result;
}

/// Whether something on the way may change, add or take away the header.
bool is_never_signed(std::string_view name) {
    constexpr std::string_view kNames[] = {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "expect",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id"};
    return name.starts_with("proxy-") || std::ranges::find(kNames, name) != std::end(kNames);
}

/// RFC 3986's removal of dot segments; doubled slashes become one.
std::string normalized(std::string_view path) {
    std::vector<std::string_view> kept;
    bool ends_in_slash = true;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
        ends_in_slash = slash != std::string_view::npos || segment == "." || segment == "..";
        if (segment.empty() || segment == ".") continue;
        if (segment != "..") {
            kept.push_back(segment);
        } else if (!kept.empty()) {
            kept.pop_back();
        }
    }
    std::string result;
    for (const std::string_view segment : kept) (result += '/') += segment;
    if (ends_in_slash || result.empty()) result += '/';
    return result;
}

}  // namespace

std::string amz_date(TimePoint time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    return fmt::format(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count()
    );
}

std::string signed_host(std::string_view endpoint) {
    const auto scheme_end = endpoint.find("://");
    const bool is_tls = lower_case(endpoint.substr(0, scheme_end)) == "https";
    std::string_view host =
        endpoint.substr(scheme_end == std::string_view::npos ? 0 : scheme_end + 3);
    host = host.substr(0, host.find('/'));
    const std::string_view own_port = is_tls ? ":443" : ":80";
    if (host.ends_with(own_port)) host.remove_suffix(own_port.size());
    return lower_case(host);
}

std::string canonical_path(std::string_view wire_path, std::string_view service) {
    if (wire_path.empty()) return "/";
    if (service == "s3") return std::string(wire_path);
    return encode(normalized(wire_path), true);
}

std::string canonical_query(const Query& query) {
    Query encoded;
    for (const auto& [name, value] : query) {
        encoded.emplace_back(encode(name, false), encode(value, false));
    }
    std::ranges::sort(encoded);
    std::string result;
    for (const auto& [name, value] : encoded) {
        if (!result.empty()) result += '&';
        ((result += name) += '=') += value;
    }
    return result;
}

CanonicalRequest canonical_request(
    const std::string& method,
    const std::string& path,
    const std::string& query,
    const Headers& headers,
    const std::string& payload_hash
) {
    std::map<std::string, std::string> by_name;
    for (const auto& [name, value] : headers) {
        const std::string lower = lower_case(name);
        if (is_never_signed(lower)) continue;
        const auto [entry, is_new] = by_name.try_emplace(lower, single_spaced(value));
        if (!is_new) (entry->second += ',') += single_spaced(value);
    }
    CanonicalRequest result;
    std::string lines;
    for (const auto& [name, value] : by_name) {
        lines += fmt::format("{}:{}\n", name, value);
        if (!result.signed_headers.empty()) result.signed_headers += ';';
        result.signed_headers += name;
    }
    result.text = fmt::format(
        "{}\n{}\n{}\n{}\n{}\n{}", method, path, query, lines, result.signed_headers, payload_hash
    );
    return result;
}

std::string signing_key(const std::string& secret, const std::string& date, const Scope& scope) {
    const std::string of_date = hmac_sha256("AWS4" + secret, date);
    const std::string of_region = hmac_sha256(of_date, scope.region);
    return hmac_sha256(hmac_sha256(of_region, scope.service), "aws4_request");
}

std::string scope_text(const std::string& amz_date, const Scope& scope) {
    return fmt::format("{}/{}/{}/aws4_request", amz_date.substr(0, 8), scope.region, scope.service);
}

std::string signature_of(
    const std::string& canonical_text,
    const std::string& amz_date,
    const Scope& scope,
    const std::string& secret
) {
    const std::string to_sign = fmt::format(
        "{}\n{}\n{}\n{}",
        kAlgorithm,
        amz_date,
        scope_text(amz_date, scope),
        sha256_hex(canonical_text)
    );
    return to_hex(hmac_sha256(signing_key(secret, amz_date.substr(0, 8), scope), to_sign));
}

}  // namespace migrator::cloud::aws
