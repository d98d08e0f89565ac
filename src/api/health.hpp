#pragma once

#include "api/router.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds `{p}/health`, `/metrics` and `{p}/metrics` (http-v2-graphql.md sections 8 and 9 of the
/// specification).
void add_health(http::Router& router, Services services, const Surroundings& facts);

}  // namespace migrator::api
