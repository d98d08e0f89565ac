// Mutations: runs.
#include "api/v2_runs.hpp"

#include <boost/json.hpp>

#include "api/requests.hpp"
#include "api/respond_async.hpp"
#include "api/runs.hpp"
#include "api/v2_schema.hpp"
#include "api/v2_types.hpp"
#include "core/error.hpp"
#include "wire/columns.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using coordinator::Coordinator;
using coordinator::Outcome;
using coordinator::VersionRequest;
using graphql::FieldContext;
using graphql::Result;

/// The value behind CreateResults.
struct CreateResults {
    const Outcome& outcome;
    bool dry_run;
};

bool is_true(const json::object& input, std::string_view key) {
    const json::value* value = input.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

VersionRequest version_request(const json::object& input, const FieldContext& context) {
    const V2Call& call = *context.request().as<V2Call*>();
    const json::value* action = input.if_contains("action");
    const bool sync = action != nullptr && *action == "Sync";
    VersionRequest request{
        .version_name = std::string(input.at("versionName").as_string()),
        .action = sync ? Action::Sync : Action::Apply,
        .dry_run = is_true(input, "dryRun"),
        .reconcile = is_true(input, "reconcile"),
        .settles_unfinished = is_true(input, "unfinished"),
        .tenants = parse_selection(input),
        .request_id = call.request_id,
        .asker = call.asker,
        .keep_rolled_back = context.selected().has("version"),
    };
    request.max_failures = max_failures_of(input);
    if (const json::value* tenant = input.if_contains("tenantName")) {
        request.tenant = std::string(tenant->as_string());
    }
    if (const json::value* server = input.if_contains("server")) {
        if (server->is_string()) request.server = std::string(server->get_string());
    }
    if (call.run) tie(request, call.run);
    return request;
}

/// The checksum error stands outside of the texts of the Go program, which never compared here.
[[noreturn]] void refuse(const std::vector<Migration>& changed) {
    const std::string_view code = edge_codes(ErrorKind::ChecksumMismatch).graphql_code;
    json::array files;
    for (const Migration& file : changed) files.emplace_back(wire::text(file.file));
    throw graphql::FieldError(
        "Checksum verification failed. Please review offending migrations.",
        {{"code", json::string_view(code.data(), code.size())}, {"files", std::move(files)}}
    );
}

/// The record of a detached run is told that it was cancelled.
Outcome create_version(
    Coordinator& coordinator, const VersionRequest& request, const V2Call& call
) try {
    return coordinator.create_version(request);
} catch (const Error& error) {
    if (error.kind() == ErrorKind::Cancelled && call.run) call.run->work_was_cancelled();
    throw;
}

void run(
    Coordinator& coordinator, const VersionRequest& request, FieldContext& context, Result& result
) {
    V2Call& call = *context.request().as<V2Call*>();
    const Outcome outcome = create_version(coordinator, request, call);
    if (!outcome.changed.empty()) refuse(outcome.changed);
    call.notes.insert(call.notes.end(), outcome.notes.begin(), outcome.notes.end());
    const auto& notices = outcome.notices;
    call.notices.insert(call.notices.end(), notices.begin(), notices.end());
    const auto& failures = outcome.failures;
    call.failures.insert(call.failures.end(), failures.begin(), failures.end());
    const auto& servers = outcome.servers;
    call.servers.insert(call.servers.end(), servers.begin(), servers.end());
    const CreateResults results{outcome, request.dry_run};
    result.object(graphql::Object(results));
}

void write_version(Coordinator& coordinator, FieldContext& context, Result& result) {
    const CreateResults& results = context.parent().as<CreateResults>();
    if (results.dry_run) {
        if (!results.outcome.rolled_back) return result.null();
        const VersionSource source(results.outcome.rolled_back->rows, results.outcome.files);
        const VersionNode node{results.outcome.rolled_back->version, source};
        return result.object(graphql::Object(node));
    }
    if (results.outcome.summary.version_id == 0) return result.null();
    const auto found = coordinator.versions({.id = results.outcome.summary.version_id});
    if (found.empty()) return result.null();
    const VersionSource source(coordinator, context.selected(), found);
    const VersionNode node{found.front(), source};
    result.object(graphql::Object(node));
}

}  // namespace

void resolve_mutations(graphql::Schema& schema, Services services) {
    Coordinator& coordinator = services.coordinator;
    for (const char* field : {"createVersion", "createTenant"}) {
        schema.resolve("Mutation", field, [&coordinator](FieldContext& context, Result& result) {
            const json::object& input = context.arguments().at("input").as_object();
            run(coordinator, version_request(input, context), context, result);
        });
    }
    schema.resolve("Mutation", "retryRun", [services](FieldContext& context, Result& result) {
        const std::string id(context.arguments().at("id").as_string());
        const V1Request again = retry_of(services.detached_runs.find(id));
        const V2Call& call = *context.request().as<V2Call*>();
        VersionRequest request{
            .version_name = again.version_name,
            .tenants = again.tenants,
            .request_id = call.request_id,
            .asker = call.asker,
            .keep_rolled_back = false};
        if (call.run) tie(request, call.run);
        run(services.coordinator, request, context, result);
    });
    schema
        .resolve("Mutation", "removeTenant", [&coordinator](FieldContext& context, Result& result) {
            const V2Call& call = *context.request().as<V2Call*>();
            const bool drop_schema = is_true(context.arguments(), "dropSchema");
            if (drop_schema) refuse_drop_without_proof(call.gate == nullptr ? Gate() : *call.gate);
            const db::TenantTraces removed = coordinator.corrections().remove_tenant(
                std::string(context.arguments().at("tenantName").as_string()),
                drop_schema,
                call.request_id,
                call.asker
            );
            result.integer(static_cast<std::int64_t>(removed.rows));
        });
    schema
        .resolve("Mutation", "acceptMoved", [&coordinator](FieldContext& context, Result& result) {
            const json::object& input = context.arguments().at("input").as_object();
            auto& corrections = coordinator.corrections();
            const auto moved = corrections.find_moved(
                std::string(input.at("from").as_string()),
                std::string(input.at("to").as_string()),
                is_true(input, "rewrite")
            );
            const V2Call& call = *context.request().as<V2Call*>();
            corrections.move(moved, call.request_id, call.asker);
            result.integer(static_cast<std::int64_t>(moved.files));
        });
    schema
        .resolve("Mutation", "acceptAsNew", [&coordinator](FieldContext& context, Result& result) {
            const json::value* place = context.arguments().if_contains("place");
            const bool is_given = place != nullptr && place->is_string();
            auto& corrections = coordinator.corrections();
            const auto places =
                corrections.find_new(is_given ? std::string(place->as_string()) : std::string());
            const V2Call& call = *context.request().as<V2Call*>();
            corrections.declare_new(places, call.request_id, call.asker);
            result.list([&](graphql::ListResult& list) {
                for (const std::string& each : places) list.next().string(each);
            });
        });
    schema.resolve("CreateResults", "summary", [](FieldContext& context, Result& result) {
        result.object(graphql::Object(context.parent().as<CreateResults>().outcome.summary));
    });
    schema.resolve("CreateResults", "version", [&coordinator](FieldContext& context, Result& r) {
        write_version(coordinator, context, r);
    });
}

}  // namespace migrator::api
