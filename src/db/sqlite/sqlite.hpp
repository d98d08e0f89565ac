#pragma once

#include <memory>

#include "db/driver.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sqlite {

extern const Driver kDriver;

/// The metadata file that `options.data_source` names (a path), and the files of schemas beside
/// it. Opens nothing yet. Throws Configuration for a data source that is not a usable path and
/// for single schemas that SQLite can't take.
std::unique_ptr<sql::Server> make_server(const Options& options);

}  // namespace migrator::db::sqlite
