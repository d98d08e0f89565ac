#include "api/runs.hpp"

#include <boost/json.hpp>

#include "api/content_types.hpp"
#include "api/respond_async.hpp"
#include "api/spooled_list.hpp"
#include "wire/columns.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;

/// JSON that was stored as text. What somebody else wrote there is shown as a string.
json::value stored_json(const std::string& text) {
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    return error ? json::value(wire::text(text)) : value;
}

json::object run_to_json(const coordinator::DetachedRunView& run) {
    json::object object;
    object["id"] = wire::text(run.id);
    object["state"] = wire::text(run.state);
    object["startedAt"] = format_rfc3339(run.started);
    if (run.ended) object["endedAt"] = format_rfc3339(*run.ended);
    object["progress"] = stored_json(run.progress);
    if (run.status != 0) {
        object["status"] = run.status;
        object["answer"] = stored_json(run.answer);
    }
    return object;
}

http::Response list(Services services) {
    SpooledList runs(services.spool);
    services.detached_runs.read([&](const coordinator::DetachedRunView& run) {
        runs.add(run_to_json(run));
    });
    return std::move(runs).in({.content_type = kJson});
}

http::Response show(Services services, const std::string& id) {
    return {
        .content_type = kJson,
        .body = json::serialize(run_to_json(services.detached_runs.find(id)))};
}

http::Response cancel(Services services, const http::Request& request) {
    constexpr int kAccepted = 202;
    const std::string& id = request.parameter;
    if (!services.gate.is_open()) {
        const std::string mine = asked_by(request.principal);
        const bool is_mine = services.detached_runs.find(id).request.ends_with(mine);
        if (!is_mine) {
            services.gate.permit(
                asker_of(request), "canceling the run of others", request.id, Role::Admin
            );
        }
    }
    services.detached_runs.cancel(id);
    services.coordinator.audit().done(
        asker_of(request),
        {.operation = "cancel", .parameters = {{"run", id}}, .plan = {}, .request_id = request.id}
    );
    const json::object body{
        {"id", wire::text(id)}, {"state", wire::text(services.detached_runs.find(id).state)}};
    return {.status = kAccepted, .content_type = kJson, .body = json::serialize(body)};
}

}  // namespace

void add_runs(Routes& routes, Services services) {
    using http::Lane;
    using http::Request;
    const auto list_runs = [=](const Request&) { return list(services); };
    const auto show_run = [=](const Request& request) { return show(services, request.parameter); };
    const auto cancel_run = [=](const Request& request) { return cancel(services, request); };
    routes.add("GET", "/v1/runs", Lane::Work, list_runs);
    routes.add_with_id("GET", "/v1/runs", Lane::Work, show_run);
    routes.add_with_id("DELETE", "/v1/runs", Lane::Work, cancel_run);
}

}  // namespace migrator::api
