#pragma once

#include "core/finding.hpp"
#include "core/plan.hpp"
#include "db/options.hpp"
#include "db/sql/session.hpp"

/// What pending files would do to an application that uses the database.
namespace migrator::analysis {

/// Looks at the files of `plan` and at the catalog. Changes nothing. Throws InvalidRequest where
/// there are no rules for the database, Unavailable when it can't be reached.
Analysis analyze(db::sql::Server& server, const db::Options& options, const Plan& plan);

}  // namespace migrator::analysis
