#pragma once

#include "script/lexis.hpp"

namespace migrator::db::postgresql {

/// How PostgreSQL, from version 9.1 on, reads a script. Initialised before any code runs.
extern const script::Lexis kPostgresqlLexis;

}  // namespace migrator::db::postgresql
