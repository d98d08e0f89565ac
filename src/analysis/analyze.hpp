#pragma once

#include <string>
#include <string_view>

#include "core/finding.hpp"
#include "core/plan.hpp"
#include "db/options.hpp"
#include "db/sql/session.hpp"
#include "db/trace_request.hpp"

/// What pending files would do to an application that uses the database.
namespace migrator::analysis {

/// A program as `Parser` wants it: migrator itself.
inline constexpr std::string_view kThisProgram = "/proc/self/exe";

/// Looks at the files of `plan` and at the catalog. Changes nothing. Throws InvalidRequest where
/// there are no rules for the database, Unavailable when it can't be reached.
/// `parser`: a program as `Parser` wants it. `request`: on MySQL and MariaDB, with `scratch`, the
/// server is asked how it would change tables, on empty copies; nothing else of it is looked at.
Analysis analyze(
    db::sql::Server& server,
    const db::Options& options,
    const Plan& plan,
    const std::string& parser = std::string(kThisProgram),
    const db::TraceRequest& request = {}
);

}  // namespace migrator::analysis
