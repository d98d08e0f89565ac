#pragma once

#include <boost/json/object.hpp>

#include "db/connector.hpp"
#include "plan/tenant_report.hpp"

namespace migrator::wire {

/// What was removed of a tenant. `drop_schema`: its schema, too, if there was one.
boost::json::object removed_tenant(const db::TenantTraces& removed, bool drop_schema);

boost::json::object tenant_report(const plan::TenantReport& report);

}  // namespace migrator::wire
