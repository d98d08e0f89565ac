#pragma once

#include "api/router.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// GET {p}/v1/status: where the tenants stand, a page at a time.
void add_status(http::Router& router, Services services, const Surroundings& facts);

}  // namespace migrator::api
