#pragma once

#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// GET {p}/v1/audit: who changed what, a page at a time, the newest row first.
void add_audit(Routes& routes, Services services);

}  // namespace migrator::api
