#pragma once

#include <memory>
#include <string>

#include "cloud/aws/credentials.hpp"

namespace migrator::cloud::aws {

/// Values of Secrets Manager and SSM Parameter Store (docs/cloud.md, "Secrets and parameters").
/// Safe for all threads.
class Secrets {
public:
    explicit Secrets(const Surroundings& surroundings);
    ~Secrets();
    Secrets(const Secrets&) = delete;
    Secrets& operator=(const Secrets&) = delete;

    /// `reference` is what stands in `${…}`: "aws-secretsmanager:NAME#password",
    /// "aws-secretsmanager:arn:…:secret:NAME-AbCdEf:password::", "aws-ssm:/path/name". Each secret
    /// is fetched once until `forget`. Throws ServiceError, Unavailable or Configuration that name
    /// the reference and the permission that is missing, never a value.
    std::string value(const std::string& reference);

    /// The next `value` fetches anew: the database has refused a password, it may have been
    /// rotated.
    void forget();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace migrator::cloud::aws
