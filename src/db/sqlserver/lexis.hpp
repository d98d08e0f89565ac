#pragma once

#include "script/lexis.hpp"

namespace migrator::db::sqlserver {

/// How T-SQL quotes and comments. It has no rules: `scan` knows what its statements mean, since
/// they need no ';' between them (`script_scan.hpp`).
extern const script::Lexis kSqlServerLexis;

}  // namespace migrator::db::sqlserver
