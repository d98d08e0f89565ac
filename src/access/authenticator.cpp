#include "access/authenticator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "access/bearer_tokens.hpp"
#include "access/grants.hpp"
#include "access/jws.hpp"
#include "access/strict_json.hpp"
#include "core/ascii.hpp"

namespace migrator::access {
namespace {

constexpr std::size_t kLongestIssuer = 200;

/// Nothing for another scheme. Throws Unauthenticated when nothing or more stands behind it.
std::optional<std::string_view> bearer_of(std::string_view header) {
    constexpr std::string_view kBearer = "Bearer";
    header = trimmed(header, " \t");
    if (!starts_with_ignoring_case(header, kBearer)) return std::nullopt;
    header.remove_prefix(kBearer.size());
    if (!header.empty() && header.front() != ' ') return std::nullopt;
    header = trimmed(header, " ");
    if (header.empty() || header.find_first_of(" \t,") != std::string_view::npos) {
        refuse_token("the Authorization header needs one token behind `Bearer`");
    }
    return header;
}

/// For a message that somebody else reads.
std::string shown_issuer(std::string_view issuer) {
    std::string shown(issuer.substr(0, kLongestIssuer));
    std::ranges::replace_if(
        shown, [](char c) { return static_cast<unsigned char>(c) <= 0x20U || c == '\x7f'; }, '?'
    );
    return shown;
}

/// The values of `aud`, one or a list. Throws Unauthenticated when there is none.
std::vector<std::string> audiences_of(const boost::json::object& claims) {
    std::vector<std::string> audiences;
    const auto* value = claims.if_contains("aud");
    const auto add = [&](const boost::json::value& one) {
        if (!one.is_string()) refuse_token("the token's audience (`aud`) is damaged");
        audiences.emplace_back(one.get_string().data(), one.get_string().size());
    };
    if (value != nullptr && value->is_array()) {
        for (const auto& one : value->get_array()) add(one);
    } else if (value != nullptr) {
        add(*value);
    }
    if (audiences.empty()) refuse_token("the token has no audience (`aud`)");
    return audiences;
}

bool is_for_audience(const Issuer& line, const std::vector<std::string>& audiences) {
    return std::ranges::any_of(line.audiences, [&](const std::string& one) {
        return std::ranges::count(audiences, one) > 0;
    });
}

}  // namespace

Authenticator::Authenticator(Options options, Clock clock)
    : options_(std::move(options)), clock_(std::move(clock)) {
    for (const Issuer& issuer : options_.issuers) {
        auto& keys = keys_[issuer.url];
        if (!keys) keys = std::make_unique<IssuerKeys>(issuer, options_.fetch_timeout, clock_);
    }
    if (!options_.balancer.signer.empty()) {
        balancer_ =
            std::make_unique<BalancerVerifier>(options_.balancer, options_.fetch_timeout, clock_);
    }
}

Authenticator::~Authenticator() = default;

std::optional<Principal> Authenticator::authenticate(const Credentials& credentials) {
    const bool takes_bearers = !options_.tokens.empty() || !options_.issuers.empty();
    if (credentials.authorization && takes_bearers) {
        if (const auto token = bearer_of(*credentials.authorization)) {
            return by_bearer(*token);
        }
    }
    if (!credentials.session || !takes_bearers) return by_others(credentials);
    try {
        return by_bearer(*credentials.session);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Unauthenticated) throw;
        if (auto other = by_others(credentials)) return other;
        throw;
    }
}

Principal Authenticator::by_bearer(std::string_view token) {
    return looks_like_jws(token) ? by_jwt(token) : by_token(token);
}

std::optional<Principal> Authenticator::by_others(const Credentials& credentials) {
    if (credentials.balancer && balancer_) return balancer_->verify(*credentials.balancer);
    if (credentials.certificate) {
        return principal_of(options_.certificates, *credentials.certificate);
    }
    return std::nullopt;
}

Principal Authenticator::by_token(std::string_view token) const {
    const StaticToken* found = find_token(options_.tokens, token);
    if (found == nullptr) refuse_token("unknown token");
    if (found->until && clock_() >= *found->until) {
        refuse_token(fmt::format("the token of {} has expired", found->name));
    }
    return {.name = found->name, .proof = "token", .role = found->role};
}

Principal Authenticator::by_jwt(std::string_view token) {
    const Jws jws = parse_jws(token);
    const auto* issuer = text_member(jws.claims, "iss");
    if (issuer == nullptr) refuse_token("the token has no issuer (`iss`)");
    const std::string url(issuer->data(), issuer->size());
    // What would be refused anyway is refused before the issuer is asked for keys.
    IssuerKeys& keys = keys_of(url);
    check_times(jws.claims, clock_());
    const auto audiences = audiences_of(jws.claims);
    const bool is_for_us = std::ranges::any_of(options_.issuers, [&](const Issuer& line) {
        return line.url == url && is_for_audience(line, audiences);
    });
    if (!is_for_us) refuse_token("the token is for another audience (`aud`)");
    if (!keys.find(jws.key_id, jws.algorithm)
             .verifies(jws.algorithm, jws.signed_text, jws.signature)) {
        refuse_token("the token's signature is wrong");
    }

    Principal principal{.name = {}, .proof = "jwt " + url, .role = Role::None};
    for (const Issuer& line : options_.issuers) {
        if (line.url != url || !is_for_audience(line, audiences)) continue;
        const Role role = role_by(line.grant, jws.claims);
        if (role <= principal.role) continue;
        principal.role = role;
        principal.name = name_by(line.grant, jws.claims);
    }
    if (principal.name.empty()) principal.name = name_by({}, jws.claims);
    return principal;
}

IssuerKeys& Authenticator::keys_of(std::string_view issuer) {
    const auto found = keys_.find(issuer);
    if (found == keys_.end()) {
        refuse_token(fmt::format("issuer {} is not configured", shown_issuer(issuer)));
    }
    return *found->second;
}

std::string challenge(ErrorKind kind, std::string_view message) {
    std::string value = "Bearer realm=\"migrator\"";
    if (kind == ErrorKind::Forbidden) return value + ", error=\"insufficient_scope\"";
    if (kind != ErrorKind::Unauthenticated || message.empty()) return value;
    std::string description;
    for (const char c : message) {  // what RFC 6750, section 3, allows
        const bool is_allowed = c >= ' ' && c <= '~' && c != '"' && c != '\\';
        description += is_allowed ? c : '?';
    }
    return value + ", error=\"invalid_token\", error_description=\"" + description + "\"";
}

}  // namespace migrator::access
