#include "access/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "access/balancer.hpp"
#include "access/urls.hpp"
#include "access/words.hpp"
#include "core/ascii.hpp"

namespace migrator::access {
namespace {

constexpr std::string_view kHashPrefix = "sha256:";
constexpr std::string_view kLowerHexDigits = "0123456789abcdef";

Role role_of_word(std::string_view word) {
    const auto role = role_called(word);
    if (!role || *role == Role::None) {
        refuse_line("has an unknown role; use read, plan, apply or admin");
    }
    return *role;
}

/// A date, or a time as in RFC 3339.
TimePoint time_of_word(std::string_view word) {
    const bool is_date = word.size() == 10;
    const auto time =
        parse_database_time(is_date ? std::string(word) + " 00:00:00" : std::string(word));
    if (time == TimePoint{}) {
        refuse_line("needs a date such as until=2027-01-01 or until=2027-01-01T12:00:00Z");
    }
    return time;
}

std::string nonempty(std::string_view value, std::string_view what) {
    if (value.empty()) refuse_line(fmt::format("has an empty {}", what));
    return std::string(value);
}

/// What stands behind `claim=NAME`: `VALUE=ROLE`, where the value may hold a `=`.
void add_claim_role(Grant& grant, std::string_view word) {
    const auto equals = word.rfind('=');
    if (equals == std::string_view::npos || equals == 0) {
        refuse_line("needs VALUE=ROLE behind claim=NAME");
    }
    grant.roles.emplace_back(word.substr(0, equals), role_of_word(word.substr(equals + 1)));
}

/// Whether the word was one of a grant.
bool take_grant_word(Grant& grant, std::string_view word) {
    if (!grant.claim.empty()) {
        add_claim_role(grant, word);
        return true;
    }
    const auto [key, value] = assignment(word);
    if (key == "subject") {
        grant.required.emplace_back("sub", nonempty(value, "subject"));
    } else if (key.starts_with("require.") && key.size() > 8) {
        grant.required.emplace_back(key.substr(8), nonempty(value, "value"));
    } else if (key == "name") {
        grant.name_claim = nonempty(value, "name");
    } else if (key == "role") {
        grant.role = role_of_word(value);
    } else if (key == "claim") {
        grant.claim = nonempty(value, "claim");
    } else {
        return false;
    }
    return true;
}

void finish_grant(Grant& grant) {
    if ((grant.role == Role::None) == grant.claim.empty()) {
        refuse_line("needs either role=ROLE or claim=NAME, which may be followed by VALUE=ROLE");
    }
    if (!grant.claim.empty() && grant.roles.empty()) {
        grant.roles = {{"migrator_user", Role::Read}, {"migrator_admin", Role::Admin}};
    }
}

void take_issuer_word(Issuer& issuer, std::string_view word) {
    if (take_grant_word(issuer.grant, word)) return;
    const auto [key, value] = assignment(word);
    if (key == "audience") {
        issuer.audiences.push_back(nonempty(value, "audience"));
    } else if (key == "jwks") {
        issuer.jwks_url = value;
    } else if (key == "ca") {
        issuer.ca_file = nonempty(value, "ca");
    } else if (key == "tokenFile") {
        issuer.token_file = nonempty(value, "tokenFile");
    } else {
        refuse_line(
            "has an unknown word; known are audience=, jwks=, ca=, tokenFile=, subject=, "
            "require.CLAIM=, name=, role= and, before VALUE=ROLE, claim="
        );
    }
}

bool agree(const Issuer& a, const Issuer& b) {
    return a.jwks_url == b.jwks_url && a.ca_file == b.ca_file && a.token_file == b.token_file;
}

}  // namespace

StaticToken parse_token_line(std::string_view line) {
    constexpr std::string_view kForm = "needs the form NAME ROLE sha256:HEX [until=DATE]";
    const auto words = words_of(line);
    if (words.size() < 3 || words.size() > 4) refuse_line(std::string(kForm));
    StaticToken token;
    token.name = words[0];
    const std::string allowed = std::string(kLettersAndDigits) + "-_.@";
    if (!consists_of(token.name, allowed) || token.name.size() > 64) {
        refuse_line("needs a name of at most 64 letters, digits, '-', '_', '.' and '@'");
    }
    token.role = role_of_word(words[1]);
    const std::string hash = lower_case(words[2]);
    if (!hash.starts_with(kHashPrefix) ||
        !consists_of(hash.substr(kHashPrefix.size()), kLowerHexDigits) ||
        hash.size() != kHashPrefix.size() + 64) {
        refuse_line("needs sha256: and 64 hexadecimal digits, not the token itself");
    }
    token.sha256 = hash.substr(kHashPrefix.size());
    if (words.size() == 4) {
        const auto [key, value] = assignment(words[3]);
        if (key != "until") refuse_line(std::string(kForm));
        token.until = time_of_word(value);
    }
    return token;
}

Issuer parse_issuer_line(std::string_view line) {
    const auto words = words_of(line);
    if (words.empty()) refuse_line("is empty");
    Issuer issuer;
    issuer.url = words.front();
    if (!is_issuer_url(issuer.url)) {
        refuse_line("needs the issuer's https URL in front, without query and fragment");
    }
    for (const auto& word : std::span(words).subspan(1)) take_issuer_word(issuer, word);
    if (issuer.audiences.empty()) refuse_line("needs audience=NAME");
    if (!issuer.jwks_url.empty() && !is_safe_url(issuer.jwks_url)) {
        refuse_line("needs an https URL behind jwks=");
    }
    finish_grant(issuer.grant);
    return issuer;
}

Grant parse_grant_line(std::string_view line) {
    Grant grant;
    for (const auto& word : words_of(line)) {
        if (!take_grant_word(grant, word)) {
            refuse_line(
                "has an unknown word; known are subject=, require.CLAIM=, name=, role= and, before "
                "VALUE=ROLE, claim="
            );
        }
    }
    finish_grant(grant);
    return grant;
}

CertificateRule parse_certificate_line(std::string_view line) {
    CertificateRule rule;
    for (const auto& word : words_of(line)) {
        const auto [key, value] = assignment(word);
        if (key == "subject") {
            rule.subject = nonempty(value, "subject");
        } else if (key == "dns") {
            rule.dns = nonempty(value, "dns");
        } else if (key == "uri") {
            rule.uri = nonempty(value, "uri");
        } else if (key == "name") {
            rule.name = nonempty(value, "name");
        } else if (key == "role") {
            rule.role = role_of_word(value);
        } else {
            refuse_line("has an unknown word; known are subject=, dns=, uri=, name= and role=");
        }
    }
    if (rule.subject.empty() && rule.dns.empty() && rule.uri.empty()) {
        refuse_line("needs subject=, dns= or uri=");
    }
    if (rule.role == Role::None) refuse_line("needs role=ROLE");
    return rule;
}

void check_balancer(const Balancer& balancer) {
    if (balancer.signer.empty()) return;
    if (region_of_balancer(balancer.signer).empty()) {
        refuse_line(
            "must be the ARN of an Application Load Balancer, "
            "arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID"
        );
    }
}

void check_issuers(const Options& options) {
    for (auto one = options.issuers.begin(); one != options.issuers.end(); ++one) {
        const bool differs = std::any_of(options.issuers.begin(), one, [&](const Issuer& other) {
            return other.url == one->url && !agree(other, *one);
        });
        if (differs) {
            refuse_line(
                fmt::format("has lines of {} with different jwks=, ca= or tokenFile=", one->url)
            );
        }
    }
}

void check_tokens(const Options& options) {
    for (auto one = options.tokens.begin(); one != options.tokens.end(); ++one) {
        const bool stands_twice = std::any_of(options.tokens.begin(), one, [&](const auto& other) {
            return other.sha256 == one->sha256;
        });
        if (stands_twice) refuse_line(fmt::format("has the token of {} twice", one->name));
    }
}

}  // namespace migrator::access
