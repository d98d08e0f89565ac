#include "api/router.hpp"

#include <boost/json.hpp>

#include "access/authenticator.hpp"
#include "api/audit.hpp"
#include "api/console.hpp"
#include "api/content_types.hpp"
#include "api/errors.hpp"
#include "api/health.hpp"
#include "api/plan.hpp"
#include "api/routes.hpp"
#include "api/runs.hpp"
#include "api/session.hpp"
#include "api/status.hpp"
#include "api/tenants.hpp"
#include "api/v1.hpp"
#include "api/v2.hpp"
#include "api/v2_errors.hpp"
#include "api/versions.hpp"
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

/// What a client without a good proof, or without the role, is told.
void add_challenge(
    const http::Request& request, const std::exception_ptr& error, http::Response& response
) {
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        const ErrorKind kind = known.kind();
        if (kind != ErrorKind::Unauthenticated && kind != ErrorKind::Forbidden) return;
        const bool had_token = request.header("Authorization").has_value();
        response.headers.emplace_back(
            "WWW-Authenticate", access::challenge(kind, had_token ? known.what() : "")
        );
    } catch (...) {
        return;
    }
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
    const auto is_v2 = [v2 = surroundings.path_prefix + "/v2/service"](std::string_view path) {
        return path == v2;
    };
    router.on_error([is_v2](const http::Request& request, const std::exception_ptr& error) {
        http::Response response =
            is_v2(request.path) ? error_response_v2(error) : error_response(request, error);
        add_challenge(request, error, response);
        return response;
    });
    router.error_bodies([is_v2](std::string_view path, int status, std::string_view message) {
        return is_v2(path) ? server_error_body_v2(status, message)
                           : error_body(std::string(message));
    });
    if (surroundings.deprecated_tenant_keys) add_deprecation_headers(router);
    Routes routes(router, surroundings.path_prefix, services.gate);
    const auto build = [body = build_info(surroundings.build)](const http::Request&) {
        return http::Response{.content_type = kJson, .body = body};
    };
    routes.add("GET", "/", http::Lane::Quick, build);
    add_tenants(routes, services);
    add_v1(routes, services, surroundings.redacted_config);
    add_session(routes, services, surroundings.is_https);
    add_runs(routes, services);
    add_status(routes, services);
    add_plan(routes, services);
    add_versions(routes, services);
    add_audit(routes, services);
    add_v2(
        routes,
        services,
        {.redacted_config = surroundings.redacted_config,
         .query_timeout = surroundings.query_timeout}
    );
    if (surroundings.console) add_console(routes);
    add_health(routes, services);
    if (!surroundings.metrics_apart) add_metrics(routes, services.metrics);
    return router;
}

http::Router make_metrics_router(const metrics::Registry& metrics, const std::string& path_prefix) {
    static const Gate kOpen;
    http::Router router;
    Routes routes(router, path_prefix, kOpen);
    add_metrics(routes, metrics);
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
