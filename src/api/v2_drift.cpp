#include "api/v2_drift.hpp"

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/operation_reads.hpp"
#include "api/v2_columns.hpp"
#include "wire/drift.hpp"

namespace migrator::api {
namespace {

namespace json = boost::json;
using graphql::FieldContext;
using graphql::ListResult;
using graphql::Result;
using graphql::Schema;

std::vector<std::string> words_of(const json::object& arguments, std::string_view name) {
    std::vector<std::string> words;
    const json::value* given = arguments.if_contains(name);
    if (given == nullptr || given->is_null()) return words;
    for (const json::value& each : given->as_array()) words.emplace_back(each.as_string());
    return words;
}

template <typename T, typename Each>
void resolve_list(
    Schema& schema, const char* type, const char* field, std::vector<Each> T::*list_of
) {
    resolve<T>(schema, type, field, [list_of](const T& value, Result& result) {
        result.list([&](ListResult& list) {
            for (const Each& each : value.*list_of) list.next().object(graphql::Object(each));
        });
    });
}

std::string_view enumerator_of(drift::Deviation deviation) {
    switch (deviation) {
        case drift::Deviation::Missing:
            return "Missing";
        case drift::Deviation::Additional:
            return "Additional";
        default:
            return "Changed";
    }
}

}  // namespace

void resolve_drift(Schema& schema, coordinator::Coordinator& coordinator) {
    schema.resolve("Query", "drift", [&coordinator](FieldContext& context, Result& result) {
        context.charge(kCostOfSource);
        const drift::Report report = coordinator.drift().run(
            {.tenants = words_of(context.arguments(), "tenants"),
             .ignored = words_of(context.arguments(), "ignore"),
             .scratch = false,
             .stop = coordinator.stop()}
        );
        result.object(graphql::Object(report));
    });
    resolve<drift::Difference>(
        schema,
        "SchemaDifference",
        "deviation",
        [](const drift::Difference& each, Result& result) {
            result.string(enumerator_of(each.deviation));
        }
    );
    resolve_list(schema, "Drift", "groups", &drift::Report::groups);
    resolve_list(schema, "Drift", "notCompared", &drift::Report::not_compared);
    resolve_list(schema, "DriftGroup", "differences", &drift::Group::differences);
    resolve_columns(schema, "Drift", wire::drift_columns());
    resolve_columns(schema, "DriftGroup", wire::drift_group_columns());
    resolve_columns(schema, "SchemaDifference", wire::difference_columns());
    resolve_columns(schema, "NotCompared", wire::not_compared_columns());
}

}  // namespace migrator::api
