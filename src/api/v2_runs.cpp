// Mutations: runs.
#include "api/v2_runs.hpp"

#include <boost/json.hpp>

#include "api/requests.hpp"
#include "api/v2_schema.hpp"
#include "api/v2_types.hpp"
#include "core/error.hpp"
#include "wire/columns.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using coordinator::Coordinator;
using coordinator::Outcome;
using coordinator::RunRequest;
using graphql::FieldContext;
using graphql::Result;

/// The value behind CreateResults.
struct CreateResults {
    const Outcome& outcome;
    bool dry_run;
};

/// A run between two calls of its resolver.
using RunInState = std::shared_ptr<coordinator::PendingRun>;

bool is_true(const json::object& input, std::string_view key) {
    const json::value* value = input.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

RunRequest run_request(const json::object& input, const FieldContext& context) {
    const V2Call& call = *context.request().as<V2Call*>();
    const json::value* action = input.if_contains("action");
    const bool sync = action != nullptr && *action == "Sync";
    RunRequest request{
        .version_name = std::string(input.at("versionName").as_string()),
        .action = sync ? Action::Sync : Action::Apply,
        .dry_run = is_true(input, "dryRun"),
        .reconcile = is_true(input, "reconcile"),
        .tenants = parse_selection(input),
        .request_id = call.request_id,
        .progress = call.progress,
        .stop = call.stop,
        .keep_rolled_back = context.selected().has("version"),
    };
    if (const json::value* tenant = input.if_contains("tenantName")) {
        request.tenant = std::string(tenant->as_string());
    }
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

/// Goes on with a run; the record of a long one is told that it was cancelled.
bool advance(coordinator::PendingRun& run, const V2Call& call) try {
    return run.advance();
} catch (const Error& error) {
    if (error.kind() == ErrorKind::Cancelled && call.cancelled) *call.cancelled = true;
    throw;
}

void run(Coordinator& coordinator, FieldContext& context, Result& result) {
    const json::object& input = context.arguments().at("input").as_object();
    if (!context.state().has_value()) {
        context.state() = RunInState(coordinator.start(run_request(input, context)));
    }
    // A copy: the state is let go before the answer is written, and with it the run's connections.
    const RunInState pending = std::any_cast<RunInState>(context.state());
    V2Call& call = *context.request().as<V2Call*>();
    if (!advance(*pending, call)) return result.call_again_after(pending->wait());
    const Outcome& outcome = pending->outcome();
    if (!outcome.changed.empty()) refuse(outcome.changed);
    call.notes.insert(call.notes.end(), outcome.notes.begin(), outcome.notes.end());
    const auto& failures = outcome.failures;
    call.failures.insert(call.failures.end(), failures.begin(), failures.end());
    const CreateResults results{outcome, is_true(input, "dryRun")};
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

void resolve_mutations(graphql::Schema& schema, Coordinator& coordinator) {
    for (const char* field : {"createVersion", "createTenant"}) {
        schema.resolve("Mutation", field, [&coordinator](FieldContext& context, Result& result) {
            run(coordinator, context, result);
        });
    }
    schema.resolve("CreateResults", "summary", [](FieldContext& context, Result& result) {
        result.object(graphql::Object(context.parent().as<CreateResults>().outcome.summary));
    });
    schema.resolve("CreateResults", "version", [&coordinator](FieldContext& context, Result& r) {
        write_version(coordinator, context, r);
    });
}

}  // namespace migrator::api
