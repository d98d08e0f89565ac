#pragma once

#include "core/migration.hpp"
#include "wire/columns.hpp"

/// Files, the rows that say that they were applied, and versions.
namespace migrator::wire {

const Columns<Migration>& migration_columns();
const Columns<AppliedMigration>& applied_columns();
const Columns<Version>& version_columns();

enum class Contents : bool { Leave, Show };

/// Contents that are empty are left out in any case.
boost::json::object migration(const Migration& migration, Contents contents = Contents::Leave);
boost::json::array migrations(const std::vector<Migration>& migrations);
/// Without the contents and the older name of `appliedAt`.
boost::json::object applied_migration(const AppliedMigration& applied);
/// Whole, as REST v1 shows it.
boost::json::object applied_migration_v1(const AppliedMigration& applied);
boost::json::object version(const Version& version);

}  // namespace migrator::wire
