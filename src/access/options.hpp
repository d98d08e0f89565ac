#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/principal.hpp"
#include "core/time.hpp"

namespace migrator::access {

/// A bearer token, as its hash. `ci apply sha256:HEX until=2027-01-01`
struct StaticToken {
    std::string name;
    Role role = Role::None;
    std::string sha256;  ///< 64 lower-case digits
    std::optional<TimePoint> until;
};

/// Who gets which role by the claims of a token:
/// `subject=PATTERN require.CLAIM=PATTERN role=apply`, or `claim=groups deployers=apply
/// viewers=read`. In patterns `*` stands for any characters.
struct Grant {
    std::vector<std::pair<std::string, std::string>> required;  ///< claim and pattern: all of them
    Role role = Role::None;                                     ///< without `claim`
    std::string claim;  ///< a path such as `realm_access.roles`; empty: `role` holds
    std::vector<std::pair<std::string, Role>> roles;  ///< a pattern for a value of `claim`
    std::string name_claim = "sub";                   ///< whose value is the principal's name
};

/// One line of `issuers`; several may be of one issuer.
struct Issuer {
    std::string url;  ///< exactly as tokens have it in `iss`
    std::vector<std::string> audiences;
    std::string jwks_url;    ///< empty: by discovery
    std::string ca_file;     ///< PEM roots to trust for the issuer; empty: the system's
    std::string token_file;  ///< whose contents the issuer wants to see before it shows its keys
    Grant grant;
};

/// The header of an AWS Application Load Balancer that signs users in.
struct Balancer {
    std::string signer;    ///< ARN of the balancer; empty: its header is not looked at
    std::string client;    ///< client ID at the identity provider
    std::string issuer;    ///< URL of the identity provider
    std::string keys_url;  ///< prefix of the keys' URLs; empty: AWS's of the signer's region
    std::vector<Grant> grants;
};

/// `dns=ci.example.com role=apply`; all patterns have to match.
struct CertificateRule {
    std::string subject;  ///< pattern for the whole subject, `CN=ci,O=Acme`; empty: any
    std::string dns;      ///< pattern for a DNS name of subjectAltName; empty: any
    std::string uri;      ///< the same for a URI
    std::string name;     ///< of the principal; empty: what matched
    Role role = Role::None;
};

struct Options {
    std::vector<StaticToken> tokens;
    std::vector<Issuer> issuers;
    Balancer balancer;
    std::vector<CertificateRule> certificates;
    std::chrono::milliseconds fetch_timeout{5'000};  ///< how long a request waits for keys

    /// Without any proof configured, nobody is asked for one.
    bool is_configured() const noexcept {
        return !tokens.empty() || !issuers.empty() || !balancer.signer.empty() ||
               !certificates.empty();
    }
};

// Each reads one line of the configuration, as docs/access.md describes it. Throws Configuration:
// what is wrong, without the line's text, which may be a token.
StaticToken parse_token_line(std::string_view line);
Issuer parse_issuer_line(std::string_view line);
Grant parse_grant_line(std::string_view line);
CertificateRule parse_certificate_line(std::string_view line);
/// The ARN has the form of a balancer's. Throws Configuration.
void check_balancer(const Balancer& balancer);
/// No token stands twice. Throws Configuration.
void check_tokens(const Options& options);
/// Lines of one issuer agree on how to reach it. Throws Configuration.
void check_issuers(const Options& options);

}  // namespace migrator::access
