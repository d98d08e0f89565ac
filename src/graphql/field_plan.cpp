#include "graphql/field_plan.hpp"

#include <fmt/format.h>

#include <unordered_set>

#include "graphql/coercion.hpp"

namespace migrator::graphql {

ObjectPlan make_plan(
    const Selections& selections,
    const Type& object,
    const CollectedFields& fields,
    const boost::json::object& variables
) {
    ObjectPlan plan;
    plan.type = &object;
    plan.fields.reserve(fields.size());
    std::unordered_set<const FieldType*> met;
    for (const CollectedField& collected : fields) {
        const ast::Field& node = *collected.nodes.front();
        const FieldType* definition = selections.schema().field_of(object, node.name.text);
        // A valid document has none of these.
        if (definition == nullptr) continue;
        FieldPlan& field = plan.fields.emplace_back();
        field.parent = &object;
        field.field = definition;
        field.key = collected.key;
        field.key_text = fmt::format("\"{}\":", collected.key);
        field.nodes = collected.nodes;
        field.is_typename = definition->name == "__typename";
        field.is_meta = definition->name.starts_with("__");
        const bool is_first = met.insert(definition).second;
        field.is_counted = !is_first || (field.is_meta && !field.is_typename);
        const Type& named = *definition->type.named;
        if (named.is_leaf()) field.leaf = leaf_of(named);
        auto arguments =
            coerce_arguments(definition->arguments, node.arguments, node.at, variables);
        if (auto* error = std::get_if<RequestError>(&arguments)) {
            field.unfit_arguments = std::move(*error);
        } else {
            field.arguments = std::get<boost::json::object>(std::move(arguments));
        }
    }
    return plan;
}

std::string coordinate(const FieldPlan& plan) {
    return fmt::format("{}.{}", plan.parent->name, plan.field->name);
}

}  // namespace migrator::graphql
