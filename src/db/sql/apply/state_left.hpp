#pragma once

#include <memory>
#include <vector>

#include "core/plan.hpp"
#include "db/connector.hpp"
#include "db/sql/apply/scripts.hpp"

namespace migrator::db::sql::apply {

/// What `add_state_problems` is told of the files of a plan.
struct FilesTogether {
    const std::vector<bool>& outside_transaction;  ///< by file of the plan, as the next
    const std::vector<std::shared_ptr<const script::Script>>& scripts;  ///< for its first schema
    Atomicity atomicity = Atomicity::Version;                           ///< of all other files
    bool standard_conforming_strings = true;                            ///< when each file begins
};

/// Traits of a file for which `add_state_problems` may find something.
inline constexpr std::uint32_t kLeavesState =
    script::kBoundToTransaction | script::kBoundToSession | script::kMovesPath |
    script::kRestoresPath | script::kMovesRole | script::kRestoresRole;

/// Adds, in the order of the plan, files that leave something in the session which a reset can't
/// undo before the next file, and files that need what a reset undoes: they have a target without a
/// schema, and an earlier file of that schema has set where such names are looked up, or as whom.
void add_state_problems(
    const Plan& plan,
    Scripts& scripts,
    const FilesTogether& together,
    std::vector<ScriptProblem>& problems
);

}  // namespace migrator::db::sql::apply
