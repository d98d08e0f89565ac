#pragma once

#include <string>
#include <vector>

#include "core/plan.hpp"

namespace migrator::plan {

/// A file that another migration tool would not run as it is: it holds, or is, a down half.
struct ForeignFile {
    const Migration* migration = nullptr;
    std::string problem;  ///< names line, tool and what to do
};

/// The files of the plan that take back what a migration does, as goose, dbmate, sql-migrate,
/// Liquibase, golang-migrate and Flyway mark and name them: exactly by the rules of these tools
/// (docs/coming-from.md), so a comment that mentions a marker is none. In the order of the plan, at
/// most one a file. `sources` are all files, the applied ones too: a name counts beside others.
std::vector<ForeignFile> foreign_files(const Plan& plan, const std::vector<Migration>& sources);

}  // namespace migrator::plan
