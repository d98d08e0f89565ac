#include "plan/status_report.hpp"

#include <algorithm>

namespace migrator::plan {

std::vector<ServerStanding> server_standings(const std::vector<ServerRecords>& servers) {
    std::vector<ServerStanding> standings;
    for (const ServerRecords& server : servers) {
        standings.push_back(
            {.name = server.name, .problem = server.problem, .tenants = server.tenants.size()}
        );
    }
    return standings;
}

bool StatusReport::is_pending(const TenantState& state) const {
    return std::ranges::any_of(pending.files, [&](const PlannedFile& file) {
        if (is_for_tenants(file.migration->type) == state.tenant.empty()) return false;
        return state.tenant.empty() ||
               std::ranges::find(*file.schemas, state.tenant) != file.schemas->end();
    });
}

}  // namespace migrator::plan
