#pragma once

#include "script/lexis.hpp"

namespace migrator::db::sqlite {

/// How SQLite reads a script. Initialised before any code runs.
extern const script::Lexis kSqliteLexis;

}  // namespace migrator::db::sqlite
