#include "api/runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <limits>

#include "api/content_types.hpp"
#include "api/query.hpp"
#include "api/respond_async.hpp"
#include "api/spooled_list.hpp"
#include "core/error.hpp"
#include "wire/columns.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using coordinator::DetachedRunView;

constexpr std::size_t kRunsOfPage = 50;
constexpr std::size_t kMostRunsOfPage = 200;

/// JSON that was stored as text. What somebody else wrote there is shown as a string.
json::value stored_json(const std::string& text) {
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    return error ? json::value(wire::text(text)) : value;
}

json::object run_to_json(const DetachedRunView& run) {
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

/// Without what the run answered and who failed.
json::object run_in_short(const DetachedRunView& run) {
    json::object object;
    object["id"] = wire::text(run.id);
    object["state"] = wire::text(run.state);
    object["startedAt"] = format_rfc3339(run.started);
    if (run.ended) object["endedAt"] = format_rfc3339(*run.ended);
    const json::value progress = stored_json(run.progress);
    for (const char* member :
         {"versionName",
          "dryRun",
          "action",
          "askedBy",
          "tenants",
          "tenantsDone",
          "tenantsFailed",
          "executions",
          "executionsDone"}) {
        const json::value* value = nullptr;
        if (progress.is_object()) value = progress.get_object().if_contains(member);
        object[member] = value == nullptr ? json::value(nullptr) : *value;
    }
    if (run.status != 0) object["status"] = run.status;
    return object;
}

/// Runs are in the order of their keys, from the last one down.
std::string key_of(const DetachedRunView& run) {
    return format_rfc3339(run.started) + " " + run.id;
}

http::Response list(Services services, const http::Request& request) {
    const Query query(request.query);
    if (query.has_any({"limit", "after", "state"})) {
        return {.content_type = kJson, .body = json::serialize(run_page_json(services, query))};
    }
    SpooledList runs(services.spool);
    services.detached_runs.read([&](const DetachedRunView& run) { runs.add(run_to_json(run)); });
    return std::move(runs).in({.content_type = kJson});
}

http::Response show(Services services, const std::string& id) {
    return {
        .content_type = kJson,
        .body = json::serialize(run_to_json(services.detached_runs.find(id)))};
}

http::Response events(Services services, const http::Request& request) {
    const std::size_t since =
        Query(request.query).number("since", 0, std::numeric_limits<std::int64_t>::max(), 0);
    return {
        .content_type = kJson,
        .body = json::serialize(run_events_json(services, request.parameter, since))};
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

[[noreturn]] void refuse_retry(const std::string& id, const std::string& why) {
    throw Error(ErrorKind::InvalidRequest, fmt::format("run {} {}", id, why));
}

/// Names in a list of objects, at `path` in each: the failures of an answer of v1, the errors of
/// one of v2.
std::vector<std::string> failed_tenants(const json::value& answer) {
    std::vector<std::string> tenants;
    const auto add = [&](const json::object& object) {
        const json::value* tenant = object.if_contains("tenant");
        if (tenant != nullptr && tenant->is_string() && !tenant->get_string().empty()) {
            tenants.emplace_back(tenant->get_string());
        }
    };
    if (!answer.is_object()) return tenants;
    if (const json::value* failures = answer.get_object().if_contains("failures")) {
        for (const json::value& failure : failures->as_array()) add(failure.as_object());
    }
    if (const json::value* errors = answer.get_object().if_contains("errors")) {
        for (const json::value& error : errors->as_array()) {
            const json::value* extensions = error.as_object().if_contains("extensions");
            if (extensions != nullptr && extensions->is_object()) add(extensions->get_object());
        }
    }
    return tenants;
}

}  // namespace

json::object run_page_json(Services services, const Query& query) {
    const std::size_t limit = query.number("limit", 1, kMostRunsOfPage, kRunsOfPage);
    const std::string after = query.text("after").value_or("");
    const auto state = query.text("state");
    json::array runs;
    std::string last;
    bool has_more = false;
    services.detached_runs.read([&](const DetachedRunView& run) {
        if (state && run.state != *state) return;
        if (!after.empty() && key_of(run) >= after) return;
        has_more = runs.size() == limit;
        if (has_more) return;
        last = key_of(run);
        runs.emplace_back(run_in_short(run));
    });
    return {{"runs", std::move(runs)}, {"next", has_more ? wire::text_or_null(last) : nullptr}};
}

json::object run_events_json(Services services, const std::string& id, std::uint64_t since) {
    const auto answer = services.detached_runs.events(id, since);
    json::object body = run_to_json(answer.run);
    body.erase("answer");  // may be large, and does not change any more
    body["seq"] = answer.since.newest;
    body["whole"] = answer.since.whole;
    json::array events;
    for (const std::string& event : answer.since.events) events.emplace_back(stored_json(event));
    body["events"] = std::move(events);
    return body;
}

V1Request retry_of(const DetachedRunView& run) {
    if (!run.ended && run.status == 0) refuse_retry(run.id, "has not ended; cancel it, or wait");
    V1Request again{.detail = ResponseDetail::Summary};
    const json::value progress = stored_json(run.progress);
    if (progress.is_object()) {
        const auto& members = progress.get_object();
        const json::value* dry_run = members.if_contains("dryRun");
        if (dry_run != nullptr && dry_run->is_bool() && dry_run->get_bool()) {
            refuse_retry(run.id, "is a dry run; there is nothing to retry");
        }
        const json::value* name = members.if_contains("versionName");
        if (name != nullptr && name->is_string()) again.version_name = name->get_string();
    }
    again.tenants.names = failed_tenants(stored_json(run.answer));
    if (again.tenants.names.empty()) {
        refuse_retry(run.id, "has no failed tenants that are known; apply what is pending instead");
    }
    return again;
}

void add_runs(Routes& routes, Services services) {
    using http::Lane;
    using http::Request;
    const auto list_runs = [=](const Request& request) { return list(services, request); };
    const auto show_run = [=](const Request& request) { return show(services, request.parameter); };
    const auto run_events = [=](const Request& request) { return events(services, request); };
    const auto cancel_run = [=](const Request& request) { return cancel(services, request); };
    routes.add("GET", "/v1/runs", Lane::Work, list_runs);
    routes.add_with_id("GET", "/v1/runs", Lane::Work, show_run);
    routes.add_with_id("GET", "/v1/runs", Lane::Work, run_events, "/events");
    routes.add_with_id("DELETE", "/v1/runs", Lane::Work, cancel_run);
}

}  // namespace migrator::api
