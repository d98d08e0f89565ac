#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "access/balancer.hpp"
#include "access/certificates.hpp"
#include "access/issuer_keys.hpp"
#include "access/options.hpp"
#include "core/error.hpp"
#include "core/principal.hpp"

namespace migrator::access {

/// What a request brings to prove who asks. Views into the request.
struct Credentials {
    std::optional<std::string_view> authorization;  ///< the header of that name
    std::optional<std::string_view> balancer;       ///< the header `x-amzn-oidc-data`
    std::optional<CertificateNames> certificate;    ///< verified, from the TLS connection
    std::optional<std::string_view> session{};      ///< a bearer token that a cookie holds
};

/// Finds out who asks. Thread-safe. Opens nothing before it is asked.
class Authenticator {
public:
    /// `options` are as `parse_…` and `check_…` let them through.
    Authenticator(Options options, Clock clock);
    ~Authenticator();
    Authenticator(const Authenticator&) = delete;
    Authenticator& operator=(const Authenticator&) = delete;

    bool is_configured() const noexcept { return options_.is_configured(); }

    /// The first proof counts: a bearer token, else that of a session, else the balancer's header,
    /// else the certificate. A session's token that is not good any more is none, unless nothing
    /// else proves anything. A
    /// proof of a kind that is not configured is none. Nothing when there is none, and for a
    /// certificate that no rule knows. Somebody known whom nothing gives a role is Role::None.
    /// May wait for an identity provider, at most for `fetch_timeout`: not for a thread of sockets.
    /// Throws Unauthenticated for a proof that is not good ("the token has expired"), Unavailable
    /// when the keys to check it can't be had. No text holds a token.
    std::optional<Principal> authenticate(const Credentials& credentials);

private:
    /// What the headers and the connection prove, without the session.
    std::optional<Principal> by_others(const Credentials& credentials);
    Principal by_bearer(std::string_view token);
    Principal by_token(std::string_view token) const;
    Principal by_jwt(std::string_view token);
    IssuerKeys& keys_of(std::string_view issuer);

    const Options options_;
    const Clock clock_;
    std::map<std::string, std::unique_ptr<IssuerKeys>, std::less<>> keys_;  ///< constant
    std::unique_ptr<BalancerVerifier> balancer_;  ///< null when it is not configured
};

/// The value of `WWW-Authenticate` (RFC 6750). For Unauthenticated with a message it says that the
/// token is not good and why, for Forbidden that the role is too low, else only what is wanted.
std::string challenge(ErrorKind kind, std::string_view message = {});

}  // namespace migrator::access
