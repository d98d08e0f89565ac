#pragma once

#include "api/router.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds `{p}/health`, `/metrics` and `{p}/metrics` (docs/compatibility.md, "Health", "Metrics").
void add_health(http::Router& router, Services services, const Surroundings& facts);

}  // namespace migrator::api
