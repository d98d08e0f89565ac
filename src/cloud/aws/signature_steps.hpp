#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cloud/aws/signature.hpp"

/// Signature Version 4 step by step, as docs/cloud.md, "Signing", has it; `signature.hpp` has
/// what others need.
namespace migrator::cloud::aws {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// `20150830T123600Z`; its first eight characters are the date of a scope.
std::string amz_date(TimePoint time);

/// Host and port as they are signed and sent: lower case, no port that is the scheme's own.
std::string signed_host(std::string_view endpoint);

/// The path as it is signed. S3's is what goes onto the wire; those of other services are cleared
/// of dot segments and doubled slashes, and encoded once more.
std::string canonical_path(std::string_view wire_path, std::string_view service);

/// Encoded, sorted by bytes, joined: for the signature and for the wire.
std::string canonical_query(const Query& query);

struct CanonicalRequest {
    std::string text;
    std::string signed_headers;  ///< names, joined with `;`
};
/// `path` and `query` are canonical. `headers` that proxies change are left out.
CanonicalRequest canonical_request(
    const std::string& method,
    const std::string& path,
    const std::string& query,
    const Headers& headers,
    const std::string& payload_hash
);

/// Raw bytes. `date` is YYYYMMDD.
std::string signing_key(const std::string& secret, const std::string& date, const Scope& scope);

/// `20150830/us-east-1/iam/aws4_request`
std::string scope_text(const std::string& amz_date, const Scope& scope);

/// 64 lower-case hex digits.
std::string signature_of(
    const std::string& canonical_text,
    const std::string& amz_date,
    const Scope& scope,
    const std::string& secret
);

}  // namespace migrator::cloud::aws
