#pragma once

#include <boost/json/object.hpp>

#include "db/connector.hpp"

namespace migrator::wire {

/// What was removed of a tenant. `drop_schema`: its schema, too, if there was one.
boost::json::object removed_tenant(const db::TenantTraces& removed, bool drop_schema);

}  // namespace migrator::wire
