#include "graphql/validation.hpp"

#include "graphql/validation_rules.hpp"

namespace migrator::graphql {

std::vector<RequestError> validate(
    const Schema& schema, const ast::Document& document, const Limits& limits
) {
    ValidationContext context(schema, document, limits);
    // A rule can be deep in the document when there are enough errors.
    try {
        if (exceeds_limits(context)) return context.take_errors();
        check_operations(context);
        check_fragments(context);
        Rules rules;
        rules.push_back(field_rules(context));
        rules.push_back(spread_rules(context));
        rules.push_back(variable_rules(context));
        rules.push_back(directive_rules(context));
        rules.push_back(argument_rules(context));
        rules.push_back(value_rules(context));
        rules.push_back(overlap_rule(context));
        walk(context, rules);
    } catch (const EnoughErrors&) {
    }
    return context.take_errors();
}

}  // namespace migrator::graphql
