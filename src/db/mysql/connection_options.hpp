#pragma once

#include <mysql.h>

#include "db/mysql/data_source.hpp"

namespace migrator::db::mysql {

/// Tells the client library what `source` says, before it connects: time-outs, TLS, which ways to
/// log in are allowed.
void set_options(MYSQL* handle, const DataSource& source);

/// The flags for mysql_real_connect.
unsigned long client_flags(const DataSource& source);

}  // namespace migrator::db::mysql
