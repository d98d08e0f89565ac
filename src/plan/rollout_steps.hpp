#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/plan.hpp"
#include "plan/selection.hpp"

namespace migrator::plan {

/// A step of a rollout: these tenants are complete before the next step begins.
struct RolloutStep {
    std::string name;  ///< "canary", "wave 1", "wave 2", …; "all" when it is the only one
    std::vector<std::string> tenants;  ///< in the order of the tenant list
};

/// Who is in which step. `plan` is narrowed to the selection, and `ends` are its `Narrowed::waves`.
std::vector<RolloutStep> rollout_steps(
    const Plan& plan, const std::vector<std::size_t>& ends, const Selection& selection
);

}  // namespace migrator::plan
