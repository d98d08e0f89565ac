#pragma once

#include "db/sql/dialect.hpp"

namespace migrator::db::sqlite {

/// SQLite 3.40 as the one algorithm sees it. The metadata file is `main`.
const sql::Dialect& dialect();

}  // namespace migrator::db::sqlite
