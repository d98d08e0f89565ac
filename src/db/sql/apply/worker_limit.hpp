#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "db/sql/apply/context.hpp"

namespace migrator::db::sql::apply {

/// How many tenants may be worked for at once, at least 1: `parallelism`, or fewer where the server
/// or the files want that, which `notes` is told then, and the log. `session` is the run's own.
std::size_t allowed_workers(
    const Context& context, Session& session, std::vector<std::string>& notes
);

}  // namespace migrator::db::sql::apply
