#include "plan/plan.hpp"

namespace migrator::plan {

std::vector<Phase> phases(const Plan& plan) {
    std::vector<Phase> result;
    const std::span<const PlannedFile> files(plan.files);
    for (std::size_t begin = 0; begin < files.size();) {
        const bool for_tenants = is_for_tenants(files[begin].migration->type);
        std::size_t end = begin + 1;
        while (end < files.size() && is_for_tenants(files[end].migration->type) == for_tenants) {
            ++end;
        }
        result.push_back({.for_tenants = for_tenants, .files = files.subspan(begin, end - begin)});
        begin = end;
    }
    return result;
}

Summary summarize(const Plan& plan) {
    Summary summary;
    if (plan.empty()) return summary;  // no tenants either: nobody was considered
    summary.tenants = static_cast<std::int64_t>(plan.tenants.size());
    for (const PlannedFile& file : plan.files) {
        const auto executions = static_cast<std::int64_t>(file.schemas->size());
        switch (file.migration->type) {
            case MigrationType::SingleMigration:
                ++summary.single_migrations;
                break;
            case MigrationType::SingleScript:
                ++summary.single_scripts;
                break;
            case MigrationType::TenantMigration:
                ++summary.tenant_migrations;
                summary.tenant_migrations_total += executions;
                break;
            case MigrationType::TenantScript:
                ++summary.tenant_scripts;
                summary.tenant_scripts_total += executions;
                break;
        }
    }
    return summary;
}

}  // namespace migrator::plan
