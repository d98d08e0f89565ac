#pragma once

#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds the routes of REST v1 below `{p}/v1`, and the alias `{p}/migrations/source`.
void add_v1(Routes& routes, Services services, const std::string& redacted_config);

}  // namespace migrator::api
