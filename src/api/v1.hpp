#pragma once

#include "api/router.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds the routes of REST v1 below `{p}/v1`, and the alias `{p}/migrations/source`.
void add_v1(http::Router& router, Services services, const Surroundings& facts);

}  // namespace migrator::api
