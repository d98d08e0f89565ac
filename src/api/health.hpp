#pragma once

#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds `{p}/health`, `/metrics` and `{p}/metrics` (docs/compatibility.md, "Health", "Metrics").
void add_health(Routes& routes, Services services);

}  // namespace migrator::api
