#pragma once

#include "db/connector.hpp"
#include "plan/findings.hpp"
#include "wire/columns.hpp"

/// What a run would do.
namespace migrator::wire {

/// `schemas` is left out of tenant files that all of `tenants` get: the list may be long.
boost::json::object planned_file(
    const PlannedFile& planned, const std::vector<std::string>& tenants
);
/// The plan's migrations alone, or its scripts.
boost::json::array planned_migrations(const Plan& plan);
boost::json::array planned_scripts(const Plan& plan);
/// The whole plan: an object for each phase.
boost::json::array phases(const Plan& plan);
boost::json::array lagging(const std::vector<LaggingTenant>& tenants);
/// `base`, `moved`, `late`, `missingFiles`.
const Columns<plan::Findings>& findings_columns();
/// The checks that are not true, an object for each with its schemas.
boost::json::object checks(const db::CheckReport& report);
boost::json::array problems(const std::vector<db::ScriptProblem>& problems);

}  // namespace migrator::wire
