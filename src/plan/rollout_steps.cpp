#include "plan/rollout_steps.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace migrator::plan {
namespace {

/// Tenants that the plan has files for, as a run goes through them.
std::vector<std::string> tenants_with_files(const Plan& plan) {
    std::unordered_set<std::string_view> with_files;
    const std::vector<std::string>* last = nullptr;
    for (const PlannedFile& file : plan.files) {
        if (!is_for_tenants(file.migration->type) || file.schemas.get() == last) continue;
        last = file.schemas.get();
        with_files.insert(last->begin(), last->end());
    }
    std::vector<std::string> tenants;
    for (const std::string& tenant : plan.tenants) {
        if (with_files.contains(tenant)) tenants.push_back(tenant);
    }
    return tenants;
}

}  // namespace

std::vector<RolloutStep> rollout_steps(
    const Plan& plan, const std::vector<std::size_t>& ends, const Selection& selection
) {
    std::vector<std::string> tenants = tenants_with_files(plan);
    if (ends.empty()) {
        const bool is_canary = selection.canary && selection.waves.empty();
        return {{is_canary ? "canary" : "all", std::move(tenants)}};
    }
    std::vector<RolloutStep> steps;
    std::size_t begin = 0;
    std::size_t wave = 0;
    for (const std::size_t end : ends) {
        RolloutStep& step = steps.emplace_back();
        const bool is_canary = selection.canary && steps.size() == 1;
        step.name = is_canary ? "canary" : "wave " + std::to_string(++wave);
        for (; begin < std::min(end, tenants.size()); ++begin) {
            step.tenants.push_back(std::move(tenants[begin]));
        }
    }
    return steps;
}

}  // namespace migrator::plan
