#pragma once

#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// GET {p}/v1/status: where the tenants stand, a page at a time.
void add_status(Routes& routes, Services services);

}  // namespace migrator::api
