#include "plan/plan.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::plan {
namespace {

/// The source's tenant migrations that somebody has, in source order.
std::vector<const std::string*> recorded_tenant_migrations(
    const std::vector<Migration>& sources, const Applied& applied
) {
    std::vector<const std::string*> files;
    for (const Migration& source : sources) {
        if (!is_tenant_migration(source.type)) continue;
        if (is_recorded(applied, source)) files.push_back(&source.file);
    }
    return files;
}

}  // namespace

std::vector<LaggingTenant> lagging(const std::vector<Migration>& sources, const Applied& applied) {
    const auto recorded = recorded_tenant_migrations(sources, applied);
    std::vector<LaggingTenant> result;
    for (const std::string& tenant : distinct_tenants(applied)) {
        const TenantRows rows(applied, tenant);
        if (!rows.is_managed() || rows.has_all()) continue;
        LaggingTenant lagging{.tenant = tenant, .missing = {}};
        for (const std::string* file : recorded) {
            if (!rows.has(*file)) lagging.missing.push_back(*file);
        }
        if (!lagging.missing.empty()) result.push_back(std::move(lagging));
    }
    return result;
}

std::vector<std::string> unmanaged(const std::vector<Migration>& sources, const Applied& applied) {
    std::vector<std::string> result;
    if (recorded_tenant_migrations(sources, applied).empty()) return result;
    for (std::string& tenant : distinct_tenants(applied)) {
        if (!TenantRows(applied, tenant).is_managed()) result.push_back(std::move(tenant));
    }
    return result;
}

}  // namespace migrator::plan
