#pragma once

#include <boost/json/object.hpp>

#include "api/query.hpp"
#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds `GET {p}/v1/tenants`, all names or a page of tenants with their states, and
/// `GET {p}/v1/tenants/NAME`, all that is known of one (docs/http-api.md, "Tenants").
void add_tenants(Routes& routes, Services services);

/// The same pages and tenants as JSON. Throw InvalidRequest and NotFound.
boost::json::object tenant_page_json(Services services, const Query& query);
boost::json::object tenant_json(Services services, const std::string& name);

}  // namespace migrator::api
