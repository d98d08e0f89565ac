#include "api/router.hpp"

#include <boost/json.hpp>

#include "api/content_types.hpp"
#include "api/errors.hpp"
#include "api/health.hpp"
#include "api/runs.hpp"
#include "api/status.hpp"
#include "api/v1.hpp"
#include "api/v2.hpp"
#include "api/v2_errors.hpp"
#include "core/ascii.hpp"

namespace migrator::api {
namespace {

/// Values of the Go program, which some clients watch for.
void add_deprecation_headers(http::Router& router) {
    router.add_header("Deprecation", "true");
    router.add_header("Sunset", "Thu, 31 Dec 2026 23:59:59 GMT");
    router.add_header(
        "Warning",
        "299 - \"tenantSelectSQL and tenantInsertSQL are deprecated since v2025.1.0. Use "
        "tenantSelect and tenantInsert instead. These fields will be removed in v2027.0.0.\""
    );
}

std::string build_info(const Build& build) {
    boost::json::object object;
    object["release"] = build.release;
    object["commitSha"] = build.commit_sha;
    object["commitDate"] = build.commit_date;
    object["sha"] = build.commit_sha;
    object["apiVersions"] = {"v1", "v2"};
    return boost::json::serialize(object);
}

}  // namespace

http::Router make_router(Services services, const Surroundings& surroundings) {
    http::Router router;
    router.on_error(error_response);
    router.error_bodies([v2 = surroundings.path_prefix + "/v2/service"](
                            std::string_view path, int status, std::string_view message
                        ) {
        if (path == v2) return server_error_body_v2(status, message);
        return error_body(std::string(message));
    });
    if (surroundings.deprecated_tenant_keys) add_deprecation_headers(router);
    const auto build = [body = build_info(surroundings.build)](const http::Request&) {
        return http::Response{.content_type = kJson, .body = body};
    };
    router.add("GET", surroundings.path_prefix + "/", http::Lane::Quick, http::answering(build));
    add_v1(router, services, surroundings);
    add_runs(router, services, surroundings);
    add_status(router, services, surroundings);
    add_v2(router, services, surroundings);
    add_health(router, services, surroundings);
    return router;
}

std::string normalize_prefix(const std::string& configured) {
    std::string prefix = "/";
    for (const char c : trimmed(configured)) {
        if (c != '/' || prefix.back() != '/') prefix += c;
    }
    if (prefix.back() == '/') prefix.pop_back();
    return prefix;
}

}  // namespace migrator::api
