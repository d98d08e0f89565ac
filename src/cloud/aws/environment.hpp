#pragma once

#include "cloud/aws/provider.hpp"

namespace migrator::cloud::aws {

/// Keys in variables: docs/cloud.md, "Environment". Not configured without `AWS_ACCESS_KEY_ID`.
Selection select_environment(const Surroundings& surroundings);

}  // namespace migrator::cloud::aws
