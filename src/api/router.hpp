#pragma once

#include <chrono>
#include <string>

#include "api/services.hpp"
#include "http/router.hpp"

namespace migrator::api {

/// What the API shows of the process itself.
struct Build {
    std::string release;
    std::string commit_sha;
    std::string commit_date;
};

/// Facts that routes need beside the coordinator. Constant after start-up.
struct Surroundings {
    Build build;
    std::string path_prefix;                     ///< normalised: "" or "/migrator"
    std::string redacted_config;                 ///< YAML
    bool deprecated_tenant_keys = false;         ///< send the deprecation headers
    std::chrono::milliseconds query_timeout{0};  ///< of a GraphQL query; 0: none
    bool metrics_apart = false;                  ///< they have a port of their own
    bool is_https = false;                       ///< the service itself has TLS
    bool console = true;                         ///< serve the page for people
};

/// All routes: `{p}/`, REST v1, GraphQL v2, the console, health and metrics, as
/// docs/compatibility.md says.
/// `services.gate` stands before each of them.
http::Router make_router(Services services, const Surroundings& surroundings);

/// `/metrics` and `{p}/metrics` alone, for a port of their own.
http::Router make_metrics_router(const metrics::Registry& metrics, const std::string& path_prefix);

/// "" for "", "/" and blanks; else the prefix with one leading slash, none at the end, and no
/// repeated ones.
std::string normalize_prefix(const std::string& configured);

}  // namespace migrator::api
