#pragma once

#include "db/postgresql/settings.hpp"
#include "db/sql/dialect.hpp"
#include "db/sql/metadata_schema.hpp"

namespace migrator::db::postgresql {

/// PostgreSQL 10 and later.
const sql::Dialect& dialect();

/// Gives the dialect of a metadata schema the fence of its own.
void set_fence(sql::MetadataDialect& dialect, const LockKeys& keys);

}  // namespace migrator::db::postgresql
