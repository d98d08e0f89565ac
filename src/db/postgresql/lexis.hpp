#pragma once

#include "db/sql/lexis.hpp"

namespace migrator::db::postgresql {

/// How PostgreSQL, from version 9.1 on, reads a script. Initialised before any code runs.
extern const sql::Lexis kPostgresqlLexis;

}  // namespace migrator::db::postgresql
