#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/migration.hpp"
#include "core/plan.hpp"
#include "db/connector.hpp"
#include "loader/report.hpp"

/// What a load has to say beside its files, set against what is recorded.
namespace migrator::coordinator {

/// Throws Configuration that names a configured directory without files from which files are
/// recorded: they were not deleted one by one, the location is wrong, or not mounted.
void refuse_emptied_directories(
    const loader::Report& report, const std::vector<Migration>& sources, const Applied& applied
);

/// Throws Configuration when all configured directories are without files, but for folders of a
/// project of which no migration is recorded. `applied` is null when the database is not asked.
void refuse_no_files(const loader::Report& report, const Applied* applied);

/// What the answer says, a sentence each: warnings, and which files are ignored that are not
/// recorded. Of a new tenant: also which it does not get that others have.
std::vector<std::string> notes_of(
    const loader::Report& report,
    const Applied& applied,
    const std::optional<std::string>& new_tenant = std::nullopt
);

/// The same, file by file.
std::vector<db::ScriptProblem> warnings_of(const loader::Report& report, const Applied& applied);

/// What is recorded and ignored has neither moved nor gone.
void set_ignored_aside(const loader::Report& report, Applied& applied);

}  // namespace migrator::coordinator
