#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "coordinator/inspection.hpp"
#include "core/migration.hpp"
#include "core/plan.hpp"

namespace migrator::cli {

/// The exit code when some of several servers could not be read: what is told is not all. 0: all
/// could.
int unread_code(const std::vector<plan::ServerStanding>& servers);

/// `plan --exit-code`: what apply would run into first.
int pending_code(
    const Plan& pending,
    const std::vector<Migration>& changed,
    const coordinator::SourceCheck& check,
    bool has_problems
);

/// What `status --exit-code` counts as pending.
struct Outstanding {
    std::size_t pending = 0;     ///< migrations that the next apply runs
    std::size_t lagging = 0;     ///< tenants
    std::size_t unmanaged = 0;   ///< tenants, those without a schema included
    std::size_t unfinished = 0;  ///< tenants, and single files, that are planned or failed

    bool any() const { return pending + lagging + unmanaged + unfinished > 0; }
};

Outstanding outstanding(const plan::StatusReport& status);

/// `status --exit-code`.
int status_code(const plan::StatusReport& status, const coordinator::SourceCheck& check);

/// "2 pending files, 1 lagging tenant"; of what is not empty.
std::string text_of(const Outstanding& found);

}  // namespace migrator::cli
