// What the pending files would do, and what their checks say.
#include "api/v2_analysis.hpp"

#include <boost/json.hpp>

#include "api/operation_reads.hpp"
#include "api/requests.hpp"
#include "api/v2_columns.hpp"
#include "api/v2_schema.hpp"
#include "core/ascii.hpp"
#include "core/error.hpp"
#include "wire/analysis.hpp"
#include "wire/plans.hpp"
#include "wire/trace.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using coordinator::Coordinator;
using graphql::FieldContext;
using graphql::ListResult;
using graphql::Result;
using graphql::Schema;

/// The types whose values are objects of REST, with fields of the same names.
constexpr const char* kRestTypes[] = {
    "FileProblem",
    "FailedCheckSchema",
    "FailedCheck",
    "CheckReport",
    "AffectedTable",
    "Finding",
    "UnreadStatement",
    "Analysis",
    "RelationLock",
    "TouchedTable",
    "TracedStatement",
    "BlockedRelation",
    "Trace",
    "TimeRange",
    "StatementEstimate",
    "TenantEstimate",
    "Estimate",
    "TraceReport"};

/// Objects are looked into by the resolvers of their own type.
void write_member(Result& result, const json::value& value) {
    if (const json::object* object = value.if_object()) {
        return result.object(graphql::Object(*object));
    }
    const json::array* array = value.if_array();
    if (array == nullptr) return write(result, value);
    result.list([&](ListResult& list) {
        for (const json::value& each : *array) write_member(list.next(), each);
    });
}

void resolve_rest_type(Schema& schema, const char* type) {
    for (const graphql::FieldType& field : schema.type(type)->fields) {
        resolve<json::object>(
            schema,
            type,
            field.name.c_str(),
            [name = std::string(field.name)](const json::object& object, Result& result) {
                write_member(result, object.at(name));
            }
        );
    }
}

json::object given(const FieldContext& context) {
    json::object arguments = context.arguments();
    if (json::value* input = arguments.if_contains("input")) return input->as_object();
    return arguments;
}

coordinator::Preview preview_of(const Coordinator& coordinator, const AnalysisRequest& wanted) {
    return coordinator.inspection().preview(wanted.reconcile, wanted.tenants);
}

json::object analysis_of(const Analysis& found, const coordinator::Preview& preview) {
    json::object analysis = wire::analysis(found);
    analysis["fileProblems"] = wire::problems(preview.problems);
    return analysis;
}

void analyze(const Coordinator& coordinator, FieldContext& context, Result& result) {
    context.charge(kCostOfSource);
    const AnalysisRequest wanted = analysis_request_of(given(context));
    const auto preview = preview_of(coordinator, wanted);
    const auto found = coordinator.inspection().examine(preview, wanted.traces);
    const json::object analysis = analysis_of(found.analysis, preview);
    result.object(graphql::Object(analysis));
}

void ask_checks(const Coordinator& coordinator, FieldContext& context, Result& result) {
    context.charge(kCostOfSource);
    const auto preview = preview_of(coordinator, analysis_request_of(given(context)));
    json::object checks = wire::checks(coordinator.inspection().run_checks(preview));
    checks["problems"] = wire::problems(preview.problems);
    result.object(graphql::Object(checks));
}

/// GraphQL's integers have 32 bits: a number of bytes comes as a float.
void make_integer(json::object& input, const char* key) {
    json::value* value = input.if_contains(key);
    if (value == nullptr || !value->is_double()) return;
    boost::system::error_code error;
    const auto whole = value->to_number<std::int64_t>(error);
    if (!error) *value = whole;
}

void trace(const Coordinator& coordinator, FieldContext& context, Result& result) {
    const V2Call& call = *context.request().as<V2Call*>();
    json::object input = given(context);
    make_integer(input, "maxBytes");
    AnalysisRequest wanted = analysis_request_of(input);
    if (!wanted.traces.any()) {
        throw Error(ErrorKind::InvalidRequest, "traceFiles needs scratch: true, or tenants in on");
    }
    if (call.run) wanted.traces.stop = call.run->stop();
    const auto preview = preview_of(coordinator, wanted);
    const auto found = coordinator.inspection().examine(preview, wanted.traces);
    TraceReport traced = found.traced.value();
    for (const db::ScriptProblem& problem : preview.problems) {
        traced.problems.push_back(problem.file + ": " + problem.message);
    }
    json::object report = wire::trace_report(traced);
    report["analysis"] = analysis_of(found.analysis, preview);
    result.object(graphql::Object(report));
}

}  // namespace

void resolve_analysis(Schema& schema, Coordinator& coordinator) {
    for (const char* type : kRestTypes) resolve_rest_type(schema, type);
    // REST spells levels as settings do.
    resolve<json::object>(schema, "Finding", "level", [](const json::object& finding, Result& r) {
        std::string level(finding.at("level").as_string());
        level.front() = to_upper(level.front());
        r.string(level);
    });
    const auto field = [&](const char* type, const char* name, auto resolver) {
        schema.resolve(type, name, [&coordinator, resolver](FieldContext& c, Result& r) {
            resolver(coordinator, c, r);
        });
    };
    field("Query", "analysis", analyze);
    field("Query", "checks", ask_checks);
    field("Mutation", "traceFiles", trace);
}

}  // namespace migrator::api
