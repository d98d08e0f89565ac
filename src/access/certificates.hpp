#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/options.hpp"

namespace migrator::access {

/// Of a client certificate that somebody has verified.
struct CertificateNames {
    std::string subject;           ///< as in RFC 2253: "CN=ci,O=Acme"
    std::vector<std::string> dns;  ///< of subjectAltName
    std::vector<std::string> uris;
};

/// By the rule that matches and gives the highest role; nothing when none matches.
std::optional<Principal> principal_of(
    const std::vector<CertificateRule>& rules, const CertificateNames& names
);

}  // namespace migrator::access
