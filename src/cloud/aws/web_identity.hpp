#pragma once

#include "cloud/aws/provider.hpp"
#include "cloud/aws/sts.hpp"

namespace migrator::cloud::aws {

/// A role for the token in a file, as Kubernetes has it: docs/cloud.md, "Web identity". The file is
/// read for each fetch, since it is renewed.
Fetched fetch_with_token_file(
    const Surroundings& surroundings,
    const CredentialOptions& options,
    const RoleRequest& request,
    const std::string& token_file
);

/// Not configured without `AWS_WEB_IDENTITY_TOKEN_FILE`.
Selection select_web_identity(const Surroundings& surroundings, const CredentialOptions& options);

/// `sub="…" aud="…" iss="…" exp=…` of a JWT, not verified; says so when it is none.
std::string claims_of(const std::string& token);

}  // namespace migrator::cloud::aws
