#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "api/query.hpp"
#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

/// Adds `{p}/v1/plan`, what the next apply would do; `{p}/v1/plan/file`, one file as it would be
/// sent; and `{p}/v1/rollout-preview`, who is in which wave (docs/http-api.md, "Plan").
void add_plan(Routes& routes, Services services);

/// The plan as JSON. Who asks for an analysis needs the role for it. `prefix`: of our routes.
boost::json::object plan_json(
    Services services,
    const Query& query,
    const coordinator::Asker& asker,
    const std::string& request_id,
    const std::string& prefix
);
boost::json::object rollout_json(Services services, const Query& query);

}  // namespace migrator::api
