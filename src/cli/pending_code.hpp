#pragma once

#include <vector>

#include "coordinator/source_check.hpp"
#include "core/migration.hpp"
#include "core/plan.hpp"

namespace migrator::cli {

/// `--exit-code`: what apply would run into first.
int pending_code(
    const Plan& pending,
    const std::vector<Migration>& changed,
    const coordinator::SourceCheck& check,
    bool has_problems
);

}  // namespace migrator::cli
