#pragma once

#include "core/finding.hpp"
#include "core/plan.hpp"
#include "db/options.hpp"
#include "db/sql/session.hpp"
#include "db/trace_request.hpp"

namespace migrator::analysis {

/// `analyze` for MySQL and MariaDB. With `request.scratch` the server is asked how it would change
/// tables, as `OnlineAlter` does it; else `notes` say of which statements nobody has asked. Throws
/// InvalidRequest for TiDB, and where `check_mysql_request` does.
Analysis analyze_mysql(
    db::sql::Server& server,
    const db::Options& options,
    const Plan& plan,
    const db::TraceRequest& request
);

/// Throws InvalidRequest, naming the option, when something is asked for that needs DDL to be
/// rolled back.
void check_mysql_request(const db::TraceRequest& request);

}  // namespace migrator::analysis
