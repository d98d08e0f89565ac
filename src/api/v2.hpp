#pragma once

#include "api/router.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds `{p}/v2`: configuration, schema and the GraphQL service (docs/compatibility.md,
/// "GraphQL v2").
void add_v2(http::Router& router, Services services, const Surroundings& facts);

}  // namespace migrator::api
