#pragma once

#include <string>

#include "db/connector.hpp"
#include "db/sql/dialect.hpp"
#include "db/sql/session.hpp"
#include "db/sql/store/metadata_shape.hpp"

namespace migrator::db::sql::store {

/// The query for rows of `migrator_migrations`, of which `shape` says that it is there.
std::string select_migrations(
    const Dialect& dialect, const MetadataShape& shape, const RowsWanted& wanted
);

/// Takes over a row of that query. Its texts are moved.
void take_migration(Row& row, const Columns& columns, AppliedMigration& migration);

}  // namespace migrator::db::sql::store
