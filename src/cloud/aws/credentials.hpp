#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cloud/aws/surroundings.hpp"

namespace migrator::cloud::aws {

/// A key and what belongs to it. Secrets: never into a log or an error.
struct Credentials {
    std::string access_key_id;
    std::string secret_access_key;
    std::string session_token;         ///< empty: none
    std::optional<TimePoint> expires;  ///< nothing: never
};

/// `ASIA…7QXK`: which key it is, for people.
std::string masked(const std::string& access_key_id);

/// The credentials of this process: the chain of docs/cloud.md, "Credentials", chosen once and
/// refreshed before they expire. Safe for all threads.
class CredentialSource {
public:
    virtual ~CredentialSource() = default;

    /// With enough time left to be used. Throws Unavailable or Configuration that says which
    /// providers were looked at and what to do.
    virtual Credentials get() = 0;
    /// A service has refused these as expired: the next `get` gives others, or throws.
    virtual void refuse(const Credentials& credentials) = 0;
    /// Who we are, as far as is known, for messages: "container (ECS task role), key ASIA…7QXK".
    virtual std::string describe() = 0;
};

struct CredentialOptions {
    std::string profile;  ///< `s3Profile`; empty: as the environment says
    std::string region;   ///< for STS; empty: resolved
};

std::shared_ptr<CredentialSource> make_credential_source(
    const Surroundings& surroundings, const CredentialOptions& options
);

}  // namespace migrator::cloud::aws
