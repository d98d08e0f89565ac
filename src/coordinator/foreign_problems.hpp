#pragma once

#include <string>
#include <vector>

#include "core/plan.hpp"
#include "db/connector.hpp"

namespace migrator::coordinator {

/// `problems` of a plan, and those of the files in it that are down halves of other tools
/// (`plan::foreign_files`), in the order of `sources`, one a file. These go before others.
std::vector<db::ScriptProblem> with_foreign(
    const Plan& plan,
    const std::vector<Migration>& sources,
    const std::vector<db::ScriptProblem>& problems
);

/// Throws MigrationFailed that names all such files. Of a sync, which runs nothing: says it.
std::vector<std::string> refuse_foreign(
    const Plan& plan, const std::vector<Migration>& sources, Action action
);

}  // namespace migrator::coordinator
