#include "api/v1.hpp"

#include <boost/json.hpp>

#include "api/content_types.hpp"
#include "api/requests.hpp"
#include "api/respond_async.hpp"
#include "api/spooled_list.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "wire/migrations.hpp"
#include "wire/plans.hpp"
#include "wire/runs.hpp"
#include "wire/tenants.hpp"

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

http::Response tenants(Services services) {
    return json_response(json::serialize(wire::texts(services.coordinator.tenants())));
}

/// What a file's checks say of each tenant. A file with a problem may hide a check.
http::Response checks(Services services) {
    const auto& inspection = services.coordinator.inspection();
    const auto preview = inspection.preview(false);
    json::object answer = wire::checks(inspection.run_checks(preview));
    answer["problems"] = wire::problems(preview.problems);
    return json_response(json::serialize(answer));
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

/// A POST that starts a run; `version_name` is what clients of v2 see.
http::Handler post(
    Services services, const std::string& prefix, TenantName tenant_name, const char* version_name
) {
    return [=](const http::Request& request) -> http::Response {
        const V1Request body = parse_v1_request(request.body, tenant_name);
        const char* operation =
            tenant_name == TenantName::Required ? "POST /v1/tenants" : "POST /v1/migrations";
        services.gate.permit(asker_of(request), operation, request.id, body.dry_run);
        coordinator::VersionRequest wanted{
            .version_name = version_name,
            .action = body.action,
            .dry_run = body.dry_run,
            .reconcile = body.reconcile,
            .settles_unfinished = body.unfinished,
            .tenants = body.tenants,
            .request_id = request.id,
            .asker = asker_of(request),
        };
        if (tenant_name == TenantName::Required) {
            wanted.tenant = body.name;
            wanted.server = body.server;
        }
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
    get("/v1/tenants", tenants);
    routes.add_with_id("DELETE", "/v1/tenants", Lane::Patient, [=](const http::Request& request) {
        return remove_tenant(services, request);
    });
    get("/v1/checks", checks);
    const std::string& prefix = routes.prefix();
    const auto apply = post(services, prefix, TenantName::NotAsked, kApplyVersion);
    const auto create_tenant = post(services, prefix, TenantName::Required, kTenantVersion);
    routes.add("POST", "/v1/migrations", Lane::Patient, apply);
    routes.add("POST", "/v1/tenants", Lane::Patient, create_tenant);
    routes.add("POST", "/v1/moves", Lane::Patient, post_moves(services));
}

}  // namespace migrator::api
