#pragma once

#include "db/sql/lexis.hpp"

namespace migrator::db::sqlite {

/// How SQLite reads a script. Initialised before any code runs.
extern const sql::Lexis kSqliteLexis;

}  // namespace migrator::db::sqlite
