#include "plan/status_report.hpp"

#include <algorithm>

namespace migrator::plan {

bool StatusReport::is_pending(const TenantState& state) const {
    return std::ranges::any_of(pending.files, [&](const PlannedFile& file) {
        if (is_for_tenants(file.migration->type) == state.tenant.empty()) return false;
        return state.tenant.empty() ||
               std::ranges::find(*file.schemas, state.tenant) != file.schemas->end();
    });
}

}  // namespace migrator::plan
