#pragma once

#include <chrono>
#include <string>

#include "api/routes.hpp"
#include "api/services.hpp"

namespace migrator::api {

struct V2Options {
    std::string redacted_config;                 ///< YAML
    std::chrono::milliseconds query_timeout{0};  ///< 0: none
};

/// Adds `{p}/v2`: configuration, schema and the GraphQL service (docs/compatibility.md,
/// "GraphQL v2").
void add_v2(Routes& routes, Services services, const V2Options& options);

}  // namespace migrator::api
