#pragma once

#include "api/routes.hpp"

namespace migrator::api {

/// `/console/` and its files, for everybody: they hold no data. What the page shows it asks the API
/// for, with the rights of whoever looks at it.
void add_console(Routes& routes);

}  // namespace migrator::api
