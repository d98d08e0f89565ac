#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "api/query.hpp"
#include "api/requests.hpp"
#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// What brings up the tenants that failed in the run, under the same name. Throws InvalidRequest
/// when it has not ended, was a dry run, or no tenant is known to have failed in it.
V1Request retry_of(const coordinator::DetachedRunView& run);

/// A page of runs, and one run with its events since a number, as JSON. Throw InvalidRequest and
/// NotFound.
boost::json::object run_page_json(Services services, const Query& query);
boost::json::object run_events_json(Services services, const std::string& id, std::uint64_t since);

/// Adds `{p}/v1/runs`: detached runs, for v1 and v2 alike (docs/http-api.md, "Long runs").
void add_runs(Routes& routes, Services services);

}  // namespace migrator::api
