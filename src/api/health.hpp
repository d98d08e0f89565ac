#pragma once

#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds `{p}/health` (docs/compatibility.md, "Health").
void add_health(Routes& routes, Services services);

/// Adds `/metrics` and `{p}/metrics` (docs/compatibility.md, "Metrics").
void add_metrics(Routes& routes, const metrics::Registry& metrics);

}  // namespace migrator::api
