#pragma once

#include <cstddef>
#include <string>

#include "db/sql/apply/worker.hpp"

namespace migrator::db::sql::apply {

/// State "running": so many statements of the file are known to have run.
void write_running(
    const Worker& worker,
    const Migration& migration,
    const std::string& schema,
    std::size_t statements
);

/// State "failed" for the tenant; what goes wrong with that is logged. Where each file is recorded
/// by itself and the connection was lost, the state says already how far it came.
void write_failed(const Worker& worker, const Unit& unit, const UnitFailure& failed);

}  // namespace migrator::db::sql::apply
