#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cloud/aws/credentials.hpp"
#include "cloud/aws/provider.hpp"

/// The Security Token Service: credentials of a role for other credentials or a token.
namespace migrator::cloud::aws {

struct RoleRequest {
    std::string role_arn;
    std::string session_name;  ///< empty: one with the time in it
    std::string external_id;   ///< empty: none
    int seconds = 0;           ///< 0: as long as the service gives
};
/// Throws Configuration, naming `where` the values stand, for a session name or a length that the
/// service would refuse. `seconds` is what stands there; empty: 0.
RoleRequest make_role_request(
    const std::string& where,
    const std::string& role_arn,
    const std::string& session_name,
    const std::string& seconds
);

/// Signed with `source`. The fields `provider` are empty. Throws ServiceError, Unavailable.
Fetched assume_role(
    const Surroundings& surroundings,
    const CredentialOptions& options,
    const RoleRequest& request,
    const std::shared_ptr<CredentialSource>& source
);

/// Not signed. `read_token` is asked again when the service calls the token expired.
Fetched assume_role_with_web_identity(
    const Surroundings& surroundings,
    const CredentialOptions& options,
    const RoleRequest& request,
    const std::function<std::string()>& read_token
);

/// The ARN that `source` stands for, for messages; nothing when the service did not say so within
/// 2 s. Needs no permission. Never throws an Error.
std::optional<std::string> caller_arn(
    const Surroundings& surroundings,
    std::shared_ptr<CredentialSource> source,
    const CredentialOptions& options = {}
);

}  // namespace migrator::cloud::aws
