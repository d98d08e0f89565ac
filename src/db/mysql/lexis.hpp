#pragma once

#include "script/lexis.hpp"

namespace migrator::db::mysql {

extern const script::Lexis kMysqlLexis;

}  // namespace migrator::db::mysql
