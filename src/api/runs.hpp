#pragma once

#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds `{p}/v1/runs`: detached runs, for v1 and v2 alike (docs/http-api.md, "Long runs").
void add_runs(Routes& routes, Services services);

}  // namespace migrator::api
