#pragma once

#include <string>

namespace migrator::cloud::aws {

enum class Store : unsigned char { SecretsManager, Ssm };

/// What stands in `${…}`, taken apart: docs/cloud.md, "Secrets and parameters".
struct SecretReference {
    Store store = Store::SecretsManager;
    std::string text;     ///< as it was written, for messages
    std::string id;       ///< name or ARN; SSM's selector included
    std::string key;      ///< member of the secret's JSON; empty: all of it
    std::string stage;    ///< empty: AWSCURRENT
    std::string version;  ///< empty: by stage
    std::string region;   ///< of the ARN; empty: resolved

    /// The same for references to the same value of the same secret, whatever their keys.
    std::string secret() const;
};

/// Throws Configuration that says what the reference should look like.
SecretReference parse_secret_reference(const std::string& reference);

}  // namespace migrator::cloud::aws
