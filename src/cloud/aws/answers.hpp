#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/aws/credentials.hpp"
#include "http_client/http_client.hpp"

/// Reading what endpoints of credentials answer, without letting a secret out.
namespace migrator::cloud::aws {

/// Foreign text for a message: one line of printable UTF-8, cut at 300 bytes, `secrets` replaced.
std::string shown(std::string_view text, const std::vector<std::string>& secrets = {});

/// `2026-01-02T09:04:05Z`, also with a fraction or an offset; nothing for anything else.
std::optional<TimePoint> parse_expiration(const std::string& text);

/// What the members of a JSON document are called.
struct CredentialNames {
    std::string_view token;       ///< "Token" or "SessionToken"
    bool token_and_end_required;  ///< and `Expiration`
};
/// Of `{"AccessKeyId": …, "SecretAccessKey": …}`. Throws Configuration that says what is missing,
/// and shows no part of the document.
Credentials credentials_of_json(const std::string& json, const CredentialNames& names);

/// A member with a text or a number; empty when there is none, or the text is no JSON object.
std::string json_member(const std::string& json, std::string_view name);

/// Empty when there is none. `name` in lower case.
std::string header(const http_client::Response& response, std::string_view name);

}  // namespace migrator::cloud::aws
