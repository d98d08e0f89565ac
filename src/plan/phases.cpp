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
    std::vector<std::size_t> executions;
    executions.reserve(plan.files.size());
    for (const PlannedFile& file : plan.files) executions.push_back(file.schemas->size());
    return summarize(plan, executions);
}

Summary summarize(const Plan& plan, const std::vector<std::size_t>& executions) {
    Summary summary;
    if (plan.empty()) return summary;  // no tenants either: nobody was considered
    summary.tenants = static_cast<std::int64_t>(plan.tenants.size());
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        if (executions[i] == 0 && !plan.files[i].schemas->empty()) continue;
        const auto count = static_cast<std::int64_t>(executions[i]);
        const Kind& kind = kind_of(plan.files[i].migration->type);
        ++(summary.*kind.files);
        if (kind.for_tenants) summary.*kind.executions += count;
    }
    return summary;
}

}  // namespace migrator::plan
