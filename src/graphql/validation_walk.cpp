#include "graphql/validation_walk.hpp"

namespace migrator::graphql {
namespace {

std::string_view location_of(ast::OperationKind kind) {
    switch (kind) {
        case ast::OperationKind::Query:
            return "QUERY";
        case ast::OperationKind::Mutation:
            return "MUTATION";
        case ast::OperationKind::Subscription:
            return "SUBSCRIPTION";
    }
    return {};
}

class Walker {
public:
    Walker(ValidationContext& context, const Rules& rules) : context_(context), rules_(rules) {}

    void document() {
        for (const ast::Definition& definition : context_.document().definitions) {
            if (const auto* query = std::get_if<ast::Operation>(&definition)) {
                operation(*query);
            } else if (const auto* reusable = std::get_if<ast::Fragment>(&definition)) {
                fragment(*reusable);
            }
        }
        each([](Rule& rule) { rule.finish(); });
    }

private:
    template <typename Call>
    void each(Call call) {
        for (const auto& rule : rules_) call(*rule);
    }

    void operation(const ast::Operation& node) {
        each([&](Rule& rule) { rule.operation(node); });
        for (const ast::VariableDefinition& variable : node.variables)
            variable_definition(variable);
        directives(node.directives, location_of(node.kind));
        selection_set(node.selection_set, context_.schema().root(node.kind));
    }

    void variable_definition(const ast::VariableDefinition& node) {
        each([&](Rule& rule) { rule.variable(node); });
        const ast::TypeReference* type = &node.type;
        while (type->kind != ast::TypeReference::Kind::Named) type = &type->of[0];
        each([&](Rule& rule) { rule.named_type(type->name); });
        if (node.default_value) {
            InputPlace place{.type = context_.type_of(node.type)};
            if (place.type && !place.type->named->is_input()) place.type.reset();
            each([&](Rule& rule) { rule.value(*node.default_value, place); });
        }
        directives(node.directives, "VARIABLE_DEFINITION");
    }

    void fragment(const ast::Fragment& node) {
        each([&](Rule& rule) { rule.fragment(node); });
        each([&](Rule& rule) { rule.named_type(node.type_condition); });
        directives(node.directives, "FRAGMENT_DEFINITION");
        selection_set(node.selection_set, context_.condition(node));
    }

    void selection_set(const ast::SelectionSet& node, const Type* type) {
        const Type* parent = type != nullptr && type->is_composite() ? type : nullptr;
        each([&](Rule& rule) { rule.selection_set(node, parent); });
        for (const ast::Selection& selection : node.selections) {
            if (const auto* selected = std::get_if<ast::Field>(&selection)) {
                field(*selected, parent);
            } else if (const auto* spread = std::get_if<ast::FragmentSpread>(&selection)) {
                each([&](Rule& rule) { rule.spread(*spread, parent); });
                directives(spread->directives, "FRAGMENT_SPREAD");
            } else {
                inline_fragment(std::get<ast::InlineFragment>(selection), parent);
            }
        }
    }

    void field(const ast::Field& node, const Type* parent) {
        const FieldType* definition =
            parent == nullptr ? nullptr : context_.schema().field_of(*parent, node.name.text);
        each([&](Rule& rule) { rule.field({node, parent, definition}); });
        arguments(node.arguments, definition);
        directives(node.directives, "FIELD");
        if (!node.selection_set) return;
        selection_set(
            *node.selection_set, definition == nullptr ? nullptr : definition->type.named
        );
    }

    void inline_fragment(const ast::InlineFragment& node, const Type* parent) {
        each([&](Rule& rule) { rule.inline_fragment(node, parent); });
        const Type* type = parent;
        if (node.type_condition) {
            each([&](Rule& rule) { rule.named_type(*node.type_condition); });
            type = context_.type(node.type_condition->text);
        }
        directives(node.directives, "INLINE_FRAGMENT");
        selection_set(node.selection_set, type);
    }

    void directives(const std::vector<ast::Directive>& nodes, std::string_view location) {
        if (nodes.empty()) return;
        each([&](Rule& rule) { rule.directives(nodes, location); });
        for (const ast::Directive& node : nodes) {
            arguments(node.arguments, context_.schema().directive(node.name.text));
        }
    }

    /// Of a field or a directive.
    template <typename Definition>
    void arguments(const std::vector<ast::Argument>& nodes, const Definition* definition) {
        for (const ast::Argument& node : nodes) {
            const InputValue* argument =
                definition == nullptr ? nullptr : definition->argument(node.name.text);
            InputPlace place;
            if (argument != nullptr) {
                place = {
                    .type = argument->type, .has_default = argument->default_value.has_value()};
            }
            each([&](Rule& rule) { rule.value(node.value, place); });
        }
    }

    ValidationContext& context_;
    const Rules& rules_;
};

}  // namespace

void walk(ValidationContext& context, const Rules& rules) { Walker(context, rules).document(); }

}  // namespace migrator::graphql
