#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/migration.hpp"
#include "core/plan.hpp"
#include "core/trace.hpp"
#include "db/options.hpp"
#include "db/sql/session.hpp"
#include "db/trace_request.hpp"

namespace migrator::analysis {

/// The server of other options.
using OpenServer = std::function<std::unique_ptr<db::sql::Server>(const db::Options& options)>;

/// Traces the files of `plan` as `request` says, and estimates from live tenants what a run takes
/// for all. `sources` are all files in source order: what is not planned has been applied, and is
/// built before the planned ones are traced in a scratch schema. Nothing stays of any of it.
///
/// Throws InvalidRequest where the database can't be traced, and what `Scratch` throws. A file that
/// fails is among `TraceReport::problems`.
TraceReport measure(
    db::sql::Server& server,
    const OpenServer& open_server,
    const db::Options& options,
    const Plan& plan,
    const std::vector<Migration>& sources,
    const db::TraceRequest& request
);

}  // namespace migrator::analysis
