#include "api/v2_console.hpp"

#include <boost/json.hpp>

#include "api/operation_reads.hpp"
#include "api/plan.hpp"
#include "api/query.hpp"
#include "api/runs.hpp"
#include "api/tenants.hpp"
#include "api/v2_columns.hpp"
#include "api/v2_schema.hpp"
#include "api/versions.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using graphql::FieldContext;
using graphql::ListResult;
using graphql::Result;
using graphql::Schema;

/// Any JSON; a member that is not there is null.
void write_json(Result& result, const json::value* value) {
    if (value == nullptr || value->is_null()) return result.null();
    if (value->is_object()) return result.object(graphql::Object(value->get_object()));
    if (!value->is_array()) return write(result, *value);
    result.list([&](ListResult& list) {
        for (const json::value& each : value->get_array()) write_json(list.next(), &each);
    });
}

/// The members of an object, by the names of the fields.
void resolve_members(Schema& schema, const char* type) {
    for (const graphql::FieldType& field : schema.type(type)->fields) {
        if (field.resolver) continue;
        schema
            .resolve(type, field.name, [name = field.name](FieldContext& context, Result& result) {
                write_json(result, context.parent().as<json::object>().if_contains(name));
            });
    }
}

constexpr const char* kTypes[] = {
    "Me",
    "Permissions",
    "TenantStates",
    "TenantRow",
    "TenantRows",
    "FleetLevelCount",
    "TenantFile",
    "VersionName",
    "TenantTrouble",
    "TenantDetails",
    "PlanCheck",
    "PlanFile",
    "PlanPhase",
    "TenantBehind",
    "LateFile",
    "PlanProblem",
    "PlanWave",
    "PlanPreview",
    "MovedFileNames",
    "RolloutWave",
    "TenantMessage",
    "RolloutPreview",
    "RunRow",
    "RunPage",
    "FailureGroup",
    "BlockingSession",
    "StatementWait",
    "LongStatement",
    "RunSelection",
    "RunProgress",
    "RunEvent",
    "RunEvents",
    "VersionNames",
    "VersionFile",
    "VersionFiles",
    "AppliedFile"};

const V2Call& call_of(FieldContext& context) { return *context.request().as<V2Call*>(); }

}  // namespace

void resolve_console(Schema& schema, Services services, const std::string& prefix) {
    for (const char* type : kTypes) resolve_members(schema, type);
    const auto query = [&](const char* field, std::size_t cost, auto answer) {
        schema.resolve("Query", field, [cost, answer](FieldContext& context, Result& result) {
            context.charge(cost);
            const json::object object = answer(context);
            result.object(graphql::Object(object));
        });
    };
    const auto id_of = [](FieldContext& context) { return context.arguments().at("id"); };
    query("me", 1, [](FieldContext& context) { return call_of(context).me(); });
    query("tenantPage", kCostOfSource, [=](FieldContext& context) {
        return tenant_page_json(services, Query(context.arguments()));
    });
    query("tenant", kCostOfSource, [=](FieldContext& context) {
        return tenant_json(services, std::string(context.arguments().at("name").as_string()));
    });
    query("plan", kCostOfSource, [=](FieldContext& context) {
        const V2Call& call = call_of(context);
        return plan_json(services, Query(context.arguments()), call.asker, call.request_id, prefix);
    });
    query("rolloutPreview", kCostOfSource, [=](FieldContext& context) {
        return rollout_json(services, Query(context.arguments()));
    });
    query("runs", kCostOfSource, [=](FieldContext& context) {
        return run_page_json(services, Query(context.arguments()));
    });
    query("run", kCostOfStatement, [=](FieldContext& context) {
        const std::size_t since = Query(context.arguments()).number("since", 0, INT64_MAX, 0);
        return run_events_json(services, std::string(id_of(context).as_string()), since);
    });
    query("versionPage", kCostOfSource, [=](FieldContext& context) {
        return version_page_json(services, Query(context.arguments()));
    });
    query("versionFiles", kCostOfSource, [=](FieldContext& context) {
        return version_files_json(services, id_of(context).as_int64());
    });
    query("versionFile", kCostOfSource, [=](FieldContext& context) {
        const auto& file = context.arguments().at("file").as_string();
        return version_file_json(services, id_of(context).as_int64(), std::string(file));
    });
}

}  // namespace migrator::api
