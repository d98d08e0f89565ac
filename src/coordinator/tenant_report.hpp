#pragma once

#include <string>

#include "coordinator/coordinator.hpp"
#include "plan/tenant_report.hpp"

namespace migrator::coordinator {

/// Throws NotFound when the tenant is not in the list, and what `Inspection::applied` throws.
plan::TenantReport report_on(Coordinator& coordinator, const std::string& tenant);

}  // namespace migrator::coordinator
