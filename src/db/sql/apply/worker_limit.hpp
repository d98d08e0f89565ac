#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "db/sql/apply/run_facts.hpp"

namespace migrator::db::sql::apply {

/// How many tenants may be worked for at once: `parallelism`, or fewer where the server or the
/// files want that, which `notes` is told then, and the log.
std::size_t allowed_workers(const RunFacts& facts, std::vector<std::string>& notes);

}  // namespace migrator::db::sql::apply
