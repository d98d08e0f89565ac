#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>

#include "graphql/validation_rules.hpp"

namespace migrator::graphql {
namespace {

struct Usage {
    const ast::Value* variable;
    InputPlace place;
};

/// Section 5.8.5: a default, of the variable or of the place, stands in for a missing value.
bool may_be_used(
    const Schema& schema,
    const TypeRef& variable,
    const std::optional<ast::Value>& default_value,
    const InputPlace& place
) {
    const TypeRef& wanted = *place.type;
    if (!wanted.is_non_null() || variable.is_non_null()) {
        return is_subtype(schema, variable, wanted);
    }
    const bool has_value = default_value && default_value->kind != ast::ValueKind::Null;
    return (has_value || place.has_default) && is_subtype(schema, variable, wanted.inner());
}

class VariableRules : public Rule {
public:
    using Rule::Rule;

    void operation(const ast::Operation& node) override {
        usages_ = &usages_of_[&node];
        check_unique(node.variables);
    }

    void fragment(const ast::Fragment& node) override { usages_ = &usages_of_[&node]; }

    void variable(const ast::VariableDefinition& node) override {
        const auto type = context().type_of(node.type);
        if (!type || type->named->is_input()) return;
        context().report(
            fmt::format(
                "Variable \"${}\" cannot be non-input type \"{}\".", node.name.text, type->text()
            ),
            {node.type.at}
        );
    }

    void value(const ast::Value& node, const InputPlace& place) override { collect(node, place); }

    void finish() override {
        for (const ast::Operation* operation : context().operations()) check(*operation);
    }

private:
    void collect(const ast::Value& node, const InputPlace& place) {
        if (node.kind == ast::ValueKind::Variable) {
            usages_->push_back({&node, place});
        } else if (node.kind == ast::ValueKind::List) {
            InputPlace item;
            if (place.type) {
                item.type = place.type->is_non_null() ? place.type->inner() : *place.type;
                if (item.type->is_list()) item.type = item.type->inner();
            }
            for (const ast::Value& one : node.items) collect(one, item);
        } else if (node.kind == ast::ValueKind::Object) {
            for (const ast::ObjectField& field : node.fields) {
                const InputValue* known =
                    place.type ? place.type->named->input_field(field.name.text) : nullptr;
                InputPlace inner;
                if (known != nullptr) {
                    inner = {.type = known->type, .has_default = known->default_value.has_value()};
                }
                collect(field.value, inner);
            }
        }
    }

    void check_unique(const std::vector<ast::VariableDefinition>& variables) {
        std::unordered_map<std::string_view, std::vector<Location>> places;
        for (const auto& variable : variables) {
            places[variable.name.text].push_back(variable.name.at);
        }
        for (const auto& variable : variables) {
            const std::vector<Location>& all = places[variable.name.text];
            if (all.size() == 1 || all[0] != variable.name.at) continue;
            context().report(
                fmt::format("There can be only one variable named \"${}\".", variable.name.text),
                all
            );
        }
    }

    void check(const ast::Operation& operation) {
        std::unordered_map<std::string_view, Defined> defined;
        for (const ast::VariableDefinition& variable : operation.variables) {
            defined[variable.name.text] = {&variable, context().type_of(variable.type)};
        }
        std::unordered_set<std::string_view> used;
        const auto check_all = [&](const void* definition) {
            for (const Usage& usage : usages_of_[definition]) {
                used.insert(usage.variable->text);
                check(operation, usage, defined);
            }
        };
        check_all(&operation);
        for (const ast::Fragment* fragment : context().fragments_of(operation)) {
            check_all(fragment);
        }
        for (const ast::VariableDefinition& variable : operation.variables) {
            if (used.contains(variable.name.text)) continue;
            report(operation, "is never used", "in operation", variable.name.text, {variable.at});
        }
    }

    struct Defined {
        const ast::VariableDefinition* definition = nullptr;
        std::optional<TypeRef> type;
    };

    void check(
        const ast::Operation& operation,
        const Usage& usage,
        const std::unordered_map<std::string_view, Defined>& defined
    ) {
        const std::string& name = usage.variable->text;
        const auto found = defined.find(name);
        if (found == defined.end()) {
            report(
                operation,
                "is not defined",
                "by operation",
                name,
                {usage.variable->at, operation.at}
            );
            return;
        }
        const auto& [definition, type] = found->second;
        if (!type || !usage.place.type) return;
        if (may_be_used(context().schema(), *type, definition->default_value, usage.place)) return;
        context().report(
            fmt::format(
                "Variable \"${}\" of type \"{}\" used in position expecting type \"{}\".",
                name,
                type->text(),
                usage.place.type->text()
            ),
            {definition->at, usage.variable->at}
        );
    }

    void report(
        const ast::Operation& operation,
        std::string_view what,
        std::string_view where,
        const std::string& variable,
        std::vector<Location> at
    ) {
        const std::string name =
            operation.name ? fmt::format(" {} \"{}\"", where, operation.name->text) : "";
        context().report(
            fmt::format("Variable \"${}\" {}{}.", variable, what, name), std::move(at)
        );
    }

    /// By operation or fragment.
    std::unordered_map<const void*, std::vector<Usage>> usages_of_;
    std::vector<Usage>* usages_ = nullptr;  // of the one being walked
};

}  // namespace

std::unique_ptr<Rule> variable_rules(ValidationContext& context) {
    return std::make_unique<VariableRules>(context);
}

}  // namespace migrator::graphql
