#pragma once

#include "db/sql/dialect.hpp"

namespace migrator::db::mysql {

/// For MySQL 5.7 and up, MariaDB 10.2 and up, and what is made from them.
const sql::Dialect& dialect();

}  // namespace migrator::db::mysql
