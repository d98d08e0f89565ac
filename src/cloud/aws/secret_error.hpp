#pragma once

#include <string>

#include "cloud/aws/client.hpp"
#include "cloud/aws/secret_reference.hpp"

/// What to say when a secret can't be had: docs/cloud.md, "Secrets and parameters".
namespace migrator::cloud::aws {

/// Where and as whom it was tried.
struct SecretCall {
    std::string region;
    std::string who;  ///< CredentialSource::describe
};

/// Throws ServiceError for an answer that is no success.
[[noreturn]] void refuse_secret(
    const SecretReference& reference, const SecretCall& call, const http_client::Response& response
);

/// SSM reports a name it doesn't know in an answer of success.
[[noreturn]] void refuse_unknown_parameter(
    const SecretReference& reference, const SecretCall& call
);

/// The message of a failure on the way, with what may be wrong.
std::string explained(const http_client::TransportError& error);

}  // namespace migrator::cloud::aws
