#include "api/health.hpp"

#include <boost/json.hpp>

#include "api/content_types.hpp"
#include "core/log.hpp"
#include "wire/columns.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using coordinator::Health;

/// Between two looks whether the checks have ended: no worker waits for them.
constexpr std::chrono::milliseconds kPause{5};

http::Response health_response(const std::vector<Health::Result>& results) {
    constexpr int kDown = 503;
    json::array checks;
    bool up = true;
    for (const Health::Result& result : results) {
        json::object check{{"name", wire::text(result.name)}};
        check["status"] = result.problem ? "DOWN" : "UP";
        if (result.problem) {
            check["data"] = json::object{{"details", wire::text(*result.problem)}};
            log::warn("Health check " + result.name + " is down: " + *result.problem);
            up = false;
        }
        checks.emplace_back(std::move(check));
    }
    const json::object body{{"status", up ? "UP" : "DOWN"}, {"checks", std::move(checks)}};
    return {.status = up ? 200 : kDown, .content_type = kJson, .body = json::serialize(body)};
}

http::Handler health_handler(Health& health) {
    return [&health](const http::Request&) -> http::Step {
        const std::shared_ptr<Health::Probe> probe = health.begin();
        return [probe]() -> std::variant<http::Response, std::chrono::milliseconds> {
            const auto results = probe->results();
            if (!results) return kPause;
            return health_response(*results);
        };
    };
}

}  // namespace

void add_health(http::Router& router, Services services, const Surroundings& facts) {
    using http::Lane;
    const std::string& prefix = facts.path_prefix;
    router.add("GET", prefix + "/health", Lane::Quick, health_handler(services.health));
    const auto metrics = http::answering([&metrics = services.metrics](const http::Request&) {
        return http::Response{
            .content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics.text()};
    });
    router.add_bare("GET", "/metrics", Lane::Quick, metrics);
    if (!prefix.empty()) router.add_bare("GET", prefix + "/metrics", Lane::Quick, metrics);
}

}  // namespace migrator::api
