#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/plan.hpp"
#include "db/connector.hpp"
#include "db/sql/apply/context.hpp"
#include "db/sql/apply/scripts.hpp"

namespace migrator::db::sql::apply {

/// What can be seen in the files of a plan before anything runs.
struct FilesSeen {
    std::vector<ScriptProblem> problems;    ///< at most one a file, in the order of the plan
    std::vector<bool> outside_transaction;  ///< by file of the plan, as the next
    std::vector<std::shared_ptr<const script::Script>> scripts;  ///< for its first schema
    bool names_own_tables = false;                               ///< of migrator
};

/// `standard_conforming_strings`: the setting when the first file begins. `atomicity`: which files
/// share a transaction.
FilesSeen look_at_files(
    const Plan& plan, Scripts& scripts, bool standard_conforming_strings, Atomicity atomicity
);

/// Adds files with a quote or comment that is not closed, of those that have no problem yet. A run
/// leaves that to the server, whose lexer is the one that counts.
void add_open_quotes(const Plan& plan, Scripts& scripts, std::vector<ScriptProblem>& problems);

/// What a job that can be done needs to know of its files.
struct Checked {
    std::vector<bool> outside_transaction;  ///< by file of the plan
    bool names_own_tables = false;          ///< one may be about migrator's own tables
};

/// Throws MigrationFailed when the job can't be done as it is. `notes` gets what the answer has to
/// say.
Checked check_before_anything_runs(
    const Job& job, Session& session, Scripts& scripts, std::vector<std::string>& notes
);

}  // namespace migrator::db::sql::apply
