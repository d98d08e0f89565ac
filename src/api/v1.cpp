#include "api/v1.hpp"

#include <boost/json.hpp>

#include "api/content_types.hpp"
#include "api/requests.hpp"
#include "api/respond_async.hpp"
#include "api/runs.hpp"
#include "api/spooled_list.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/percent.hpp"
#include "wire/analysis.hpp"
#include "wire/drift.hpp"
#include "wire/migrations.hpp"
#include "wire/plans.hpp"
#include "wire/runs.hpp"
#include "wire/tenants.hpp"
#include "wire/trace.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using coordinator::Outcome;

// Names that clients of v2 see; the Go program gave the same ones.
constexpr const char* kApplyVersion = "API v1 ApplyMigrations";
constexpr const char* kTenantVersion = "API v1 AddTenantAndApplyMigrations";

http::Response json_response(std::string body, int status = 200) {
    return {.status = status, .content_type = kJson, .body = std::move(body)};
}

http::Response source_migrations(Services services) {
    SpooledList list(services.spool);
    for (const Migration& migration : services.coordinator.source_migrations()) {
        list.add(wire::migration(migration, wire::Contents::Show));
    }
    return std::move(list).in({.content_type = kJson});
}

http::Response applied_migrations(Services services) {
    SpooledList list(services.spool);
    const auto rows = services.coordinator.applied_migrations(
        {.columns = db::Columns::all(), .order = db::RowsWanted::Order::NameDirectoryId}
    );
    for (AppliedMigration row; rows->next(row);) list.add(wire::applied_migration_v1(row));
    return std::move(list).in({.content_type = kJson});
}

/// What a file's checks say of each tenant. A file with a problem may hide a check.
http::Response checks(Services services) {
    const auto& inspection = services.coordinator.inspection();
    const auto preview = inspection.preview(false);
    json::object answer = wire::checks(inspection.run_checks(preview));
    answer["problems"] = wire::problems(preview.problems);
    return json_response(json::serialize(answer));
}

/// What the pending files would do to an application in use.
http::Response analysis(Services services, const http::Request& request) {
    AnalysisRequest wanted = parse_analysis_request(request.body);
    wanted.traces.stop = request.gone;
    const auto& inspection = services.coordinator.inspection();
    const auto preview = inspection.preview(wanted.reconcile, wanted.tenants);
    const auto found = inspection.examine(preview, wanted.traces);
    json::object answer;
    answer["tenants"] = wire::texts(preview.plan.tenants);
    answer["analysis"] = wire::analysis(found.analysis);
    answer["trace"] = nullptr;
    if (found.traced) answer["trace"] = wire::trace_report(*found.traced);
    answer["problems"] = wire::problems(preview.problems);
    answer["notes"] = wire::texts(preview.notes);
    return json_response(json::serialize(answer));
}

/// `tenant=acme&tenant=b*&ignore=index%20old_*`; unknown keys are ignored.
coordinator::DriftRequest drift_request(std::string_view query) {
    coordinator::DriftRequest request;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        const std::string_view key = pair.substr(0, equals);
        const auto value =
            percent_decoded(pair.substr(std::min(equals + 1, pair.size())), Plus::IsBlank);
        if (key != "tenant" && key != "ignore") continue;
        if (!value) {
            throw Error(ErrorKind::InvalidRequest, std::string(key) + " is not percent-encoded");
        }
        (key == "tenant" ? request.tenants : request.ignored).push_back(*value);
    }
    return request;
}

http::Response drift(Services services, const http::Request& request) {
    coordinator::DriftRequest asked = drift_request(request.query);
    asked.stop = services.coordinator.stop();
    return json_response(json::serialize(wire::drift_report(services.coordinator.drift().run(asked))
    ));
}

http::Response mismatch_response(Services services, const std::vector<Migration>& changed) {
    constexpr int kMismatch = 424;
    SpooledList details(services.spool);
    for (const Migration& file : changed) details.add(wire::migration(file, wire::Contents::Show));
    return std::move(details).in(
        {.status = kMismatch, .content_type = kJson},
        R"({"error":"Checksum verification failed. Please review offending migrations.",)"
        R"("details":)",
        "}"
    );
}

json::object results_of(const Outcome& outcome) {
    json::object results = wire::summary(outcome.summary);
    if (!outcome.notes.empty()) results["notes"] = wire::texts(outcome.notes);
    if (!outcome.notices.empty()) results["notices"] = wire::notices(outcome.notices);
    if (!outcome.servers.empty()) results["servers"] = wire::servers(outcome.servers);
    return results;
}

/// Some tenants failed, what was done for the others stays.
http::Response partly_failed_response(Services services, const Outcome& outcome) {
    const std::string message = coordinator::partly_failed_text(outcome);
    log::error(message);
    SpooledList failures(services.spool);
    for (const TenantFailure& failure : outcome.failures) failures.add(wire::failure(failure));
    return std::move(failures).in(
        {.status = edge_codes(ErrorKind::PartlyFailed).http_status, .content_type = kJson},
        R"({"error":)" + json::serialize(wire::text(message)) + R"(,"results":)" +
            json::serialize(results_of(outcome)) + R"(,"failures":)",
        "}"
    );
}

http::Response outcome_response(Services services, const Outcome& outcome, ResponseDetail detail) {
    if (!outcome.changed.empty()) return mismatch_response(services, outcome.changed);
    if (outcome.is_partly_failed()) return partly_failed_response(services, outcome);
    const json::object results = results_of(outcome);
    std::string head = R"({"results":)" + json::serialize(results);
    if (detail == ResponseDetail::Summary || outcome.files.empty()) {
        return json_response(head + "}");
    }
    const auto contents =
        detail == ResponseDetail::Full ? wire::Contents::Show : wire::Contents::Leave;
    SpooledList files(services.spool);
    for (const Migration& file : outcome.files) files.add(wire::migration(file, contents));
    return std::move(files).in(
        {.content_type = kJson}, std::move(head) + R"(,"appliedMigrations":)", "}"
    );
}

std::string accepted_run_body(const std::string& id, const std::string& state) {
    return json::serialize(json::object{{"id", wire::text(id)}, {"state", wire::text(state)}});
}

using ReadRequest = std::function<V1Request(const http::Request&)>;

/// A POST that starts a run, of what `read` finds in it; `version_name` is what clients of v2 see
/// of one without a name.
http::Handler post(
    Services services,
    const std::string& prefix,
    const char* operation,
    const char* version_name,
    const ReadRequest& read
) {
    return [=](const http::Request& request) -> http::Response {
        const V1Request body = read(request);
        services.gate.permit(asker_of(request), operation, request.id, body.dry_run);
        coordinator::VersionRequest wanted{
            .version_name = body.version_name.empty() ? version_name : body.version_name,
            .action = body.action,
            .dry_run = body.dry_run,
            .reconcile = body.reconcile,
            .settles_unfinished = body.unfinished,
            .tenants = body.tenants,
            .request_id = request.id,
            .asker = asker_of(request),
            .max_failures = body.max_failures,
        };
        if (!body.name.empty()) wanted.tenant = body.name;
        wanted.server = body.server;
        if (!prefers_async(request)) {
            const Outcome outcome = services.coordinator.create_version(wanted);
            return outcome_response(services, outcome, body.detail);
        }
        const auto make_work = [&](const std::shared_ptr<coordinator::DetachedRun>& run) -> Work {
            tie(wanted, run);
            // A full line leaves no record behind.
            const auto place = std::make_shared<std::unique_ptr<coordinator::Line::Place>>(
                services.coordinator.enter(wanted)
            );
            return [=, detail = body.detail] {
                const Outcome outcome =
                    services.coordinator.create_version(wanted, std::move(*place));
                return outcome_response(services, outcome, detail);
            };
        };
        return respond_async(services, request, prefix + "/v1/runs", make_work, accepted_run_body);
    };
}

/// `?dropSchema=true`; nothing else is asked for.
bool asks_to_drop(std::string_view query) {
    if (query.empty() || query == "dropSchema=false") return false;
    if (query == "dropSchema=true") return true;
    throw Error(ErrorKind::InvalidRequest, "dropSchema must be true or false");
}

http::Response remove_tenant(Services services, const http::Request& request) {
    const bool drop_schema = asks_to_drop(request.query);
    if (drop_schema) refuse_drop_without_proof(services.gate);
    const db::TenantTraces removed = services.coordinator.corrections().remove_tenant(
        request.parameter, drop_schema, request.id, asker_of(request)
    );
    return json_response(json::serialize(wire::removed_tenant(removed, drop_schema)));
}

/// What a person says of files that seem to be moved.
http::Handler post_moves(Services services) {
    return [=](const http::Request& request) -> http::Response {
        const MoveRequest body = parse_move_request(request.body);
        auto& corrections = services.coordinator.corrections();
        if (body.as_new) {
            const auto places = corrections.find_new(*body.as_new);
            corrections.declare_new(places, request.id, asker_of(request));
            return json_response(json::serialize(json::object{{"asNew", wire::texts(places)}}));
        }
        const auto moved = corrections.find_moved(body.from, body.to, body.rewrite);
        corrections.move(moved, request.id, asker_of(request));
        return json_response(json::serialize(json::object{{"files", moved.files}}));
    };
}

}  // namespace

void add_v1(Routes& routes, Services services, const std::string& redacted_config) {
    using http::Lane;
    const auto get = [&](const char* path, http::Response (*answer)(Services)) {
        const auto handler = [=](const http::Request&) { return answer(services); };
        routes.add("GET", path, Lane::Work, handler);
    };
    const auto config = [body = redacted_config](const http::Request&) {
        return http::Response{.content_type = kYamlV1, .body = body};
    };
    routes.add("GET", "/v1/config", Lane::Quick, config);
    get("/v1/migrations/source", source_migrations);
    get("/migrations/source", source_migrations);  // the ECS walkthrough calls it so
    get("/v1/migrations/applied", applied_migrations);
    routes.add_with_id("DELETE", "/v1/tenants", Lane::Patient, [=](const http::Request& request) {
        return remove_tenant(services, request);
    });
    get("/v1/checks", checks);
    routes.add("POST", "/v1/analysis", Lane::Patient, [=](const http::Request& request) {
        return analysis(services, request);
    });
    routes.add("GET", "/v1/drift", Lane::Work, [=](const http::Request& request) {
        return drift(services, request);
    });
    const std::string& prefix = routes.prefix();
    const auto body_with = [](TenantName name) {
        return [=](const http::Request& request) { return parse_v1_request(request.body, name); };
    };
    const auto failed_ones = [=](const http::Request& request) {
        return retry_of(services.detached_runs.find(request.parameter));
    };
    const auto apply = post(
        services, prefix, "POST /v1/migrations", kApplyVersion, body_with(TenantName::NotAsked)
    );
    const auto create_tenant =
        post(services, prefix, "POST /v1/tenants", kTenantVersion, body_with(TenantName::Required));
    const auto retry =
        post(services, prefix, "POST /v1/runs/:id/retry", kApplyVersion, failed_ones);
    routes.add("POST", "/v1/migrations", Lane::Patient, apply);
    routes.add("POST", "/v1/tenants", Lane::Patient, create_tenant);
    routes.add_with_id("POST", "/v1/runs", Lane::Patient, retry, "/retry");
    routes.add("POST", "/v1/moves", Lane::Patient, post_moves(services));
}

}  // namespace migrator::api
