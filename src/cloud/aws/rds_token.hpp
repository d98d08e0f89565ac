#pragma once

#include <cstdint>
#include <string>

#include "cloud/aws/credentials.hpp"

namespace migrator::cloud::aws {

/// A password for RDS's IAM authentication (docs/cloud.md, "Database tokens"), good for opening
/// connections during 15 minutes. Signing is local; no call is made.
std::string rds_token(
    const std::string& host,
    std::uint16_t port,
    const std::string& user,
    const std::string& region,
    const Credentials& credentials,
    TimePoint now
);

/// `us-east-1` of `db.abc.us-east-1.rds.amazonaws.com`; empty when it can't be told.
std::string region_of_rds_host(const std::string& host);

}  // namespace migrator::cloud::aws
