#pragma once

#include "cloud/aws/provider.hpp"

namespace migrator::cloud::aws {

/// The endpoint that ECS and EKS Pod Identity put beside a container: docs/cloud.md, "Container
/// endpoint". Not configured without `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `…_FULL_URI`.
Selection select_container(const Surroundings& surroundings);

}  // namespace migrator::cloud::aws
