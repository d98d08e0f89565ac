#pragma once

#include "core/plan.hpp"
#include "db/connector.hpp"
#include "db/options.hpp"
#include "db/sql/session.hpp"

namespace migrator::db::sql::apply {

/// Asks the checks of all planned files for all of their schemas, without changing anything, with
/// up to `Options::parallelism` connections of its own. A check that an earlier file of the plan
/// would make true is not true yet. Throws Unavailable.
CheckReport survey_checks(Server& server, const Options& options, const Plan& plan);

}  // namespace migrator::db::sql::apply
