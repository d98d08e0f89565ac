#pragma once

#include <string>
#include <vector>

#include "core/plan.hpp"
#include "plan/selection.hpp"

namespace migrator::plan {

/// The tenants that a run can't work for (`Applied::bad_tenants`), of those that the selection
/// means, each with its reason. `plan` is what is pending for everybody: a name that does not fit
/// some files matters only when one of them is pending for it.
std::vector<TenantFailure> unworkable(
    const Plan& plan, const Applied& applied, const Selection& selection
);

}  // namespace migrator::plan
