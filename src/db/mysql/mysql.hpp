#pragma once

#include <memory>

#include "db/driver.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::mysql {

extern const Driver kDriver;

/// The server that `options.data_source` names: MySQL, MariaDB and their relatives. Connects to
/// nothing yet. Throws Configuration for a data source that can't be understood; the message never
/// quotes it.
std::unique_ptr<sql::Server> make_server(const Options& options);

}  // namespace migrator::db::mysql
