#pragma once

#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds `{p}/v2`: configuration, schema and the GraphQL service (docs/compatibility.md,
/// "GraphQL v2").
void add_v2(Routes& routes, Services services, const std::string& redacted_config);

}  // namespace migrator::api
