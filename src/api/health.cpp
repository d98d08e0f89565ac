#include "api/health.hpp"

#include <boost/json.hpp>

#include "api/content_types.hpp"
#include "core/log.hpp"
#include "wire/columns.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using coordinator::Health;

enum class Details : bool { Leave, Show };

http::Response health_response(const std::vector<Health::Result>& results, Details details) {
    constexpr int kDown = 503;
    json::array checks;
    bool up = true;
    for (const Health::Result& result : results) {
        json::object check{{"name", wire::text(result.name)}};
        check["status"] = result.problem ? "DOWN" : "UP";
        if (result.problem) {
            if (details == Details::Show) {
                check["data"] = json::object{{"details", wire::text(*result.problem)}};
            }
            log::warn("Health check " + result.name + " is down: " + *result.problem);
            up = false;
        }
        checks.emplace_back(std::move(check));
    }
    const json::object body{{"status", up ? "UP" : "DOWN"}, {"checks", std::move(checks)}};
    return {.status = up ? 200 : kDown, .content_type = kJson, .body = json::serialize(body)};
}

}  // namespace

void add_health(Routes& routes, Services services) {
    const auto health = [=](const http::Request& request) {
        const bool may_read = services.gate.may_read(request.principal);
        return health_response(services.health.look(), may_read ? Details::Show : Details::Leave);
    };
    routes.add_open("GET", "/health", http::Lane::Probe, health);
}

void add_metrics(Routes& routes, const metrics::Registry& metrics) {
    const auto text = [&metrics](const http::Request&) {
        return http::Response{
            .content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics.text()};
    };
    routes.add_bare("GET", "/metrics", http::Lane::Quick, text);
}

}  // namespace migrator::api
