#pragma once

#include "db/sql/dialect.hpp"

namespace migrator::db::postgresql {

/// PostgreSQL 10 and later.
const sql::Dialect& dialect();

}  // namespace migrator::db::postgresql
