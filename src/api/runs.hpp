#pragma once

#include "api/router.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds `{p}/v1/runs`: long runs, for v1 and v2 alike (docs/http-api.md, "Long runs").
void add_runs(http::Router& router, Services services, const Surroundings& facts);

}  // namespace migrator::api
