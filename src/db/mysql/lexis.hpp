#pragma once

#include "db/sql/lexis.hpp"

namespace migrator::db::mysql {

extern const sql::Lexis kMysqlLexis;

}  // namespace migrator::db::mysql
