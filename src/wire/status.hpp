#pragma once

#include "plan/status_report.hpp"
#include "wire/columns.hpp"

/// How things stand. A column added to a list here is in `--json` and REST at once, and in GraphQL
/// when `api/schema.graphql` has a field of its name.
namespace migrator::wire {

/// Of all tenants together; without the page.
const Columns<plan::FleetStandings>& fleet_columns();
/// Of one tenant; a run that did not end well has columns of its own (`unfinished_columns`).
const Columns<plan::TenantStanding>& tenant_columns();
const Columns<plan::FleetLevel>& level_columns();
/// What became of a tenant in a run that did not end well.
const Columns<TenantState>& unfinished_columns();

boost::json::object tenant_standing(const plan::TenantStanding& tenant);
/// The same in short: how many files are missing, not which.
boost::json::object tenant_row(const plan::TenantStanding& tenant);
/// Counts of all tenants and of those that the page is from, `next` included.
boost::json::object tenant_page_head(const plan::FleetStandings& fleet);
/// The tenant that the next page begins behind; null behind the last page.
boost::json::value next_page(const plan::FleetStandings& fleet);
boost::json::object fleet_standings(const plan::FleetStandings& fleet);
/// The report's own columns, and those of the fleet that it has no other ones for.
/// Null for one server.
boost::json::value servers_or_null(const std::vector<plan::ServerStanding>& servers);
boost::json::object status_report(const plan::StatusReport& status);

}  // namespace migrator::wire
