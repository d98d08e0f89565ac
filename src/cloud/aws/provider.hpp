#pragma once

#include <string>

#include "cloud/aws/credentials.hpp"

namespace migrator::cloud::aws {

/// Credentials just got, and what people may know of them.
struct Fetched {
    Credentials credentials;
    std::string provider;     ///< "container (ECS task role)"
    std::string role;         ///< ARN or name; empty: not known
    std::string server_date;  ///< of the answer, as it stands there; empty: not known
};

/// One way to get credentials, that is known to be configured. One thread at a time.
class Provider {
public:
    virtual ~Provider() = default;
    /// Gets new ones; never from a cache. Throws Unavailable or Configuration, without a secret.
    virtual Fetched fetch() = 0;
};

/// What looking at the surroundings for one way came to.
struct Selection {
    std::unique_ptr<Provider> provider;  ///< null: not configured
    std::string why_not;                 ///< then: "AWS_ACCESS_KEY_ID is not set"
};

}  // namespace migrator::cloud::aws
