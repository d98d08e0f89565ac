#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <unordered_map>

#include "core/number.hpp"
#include "graphql/parser.hpp"
#include "graphql/validation_rules.hpp"

namespace migrator::graphql {
namespace {

/// What is wrong with a literal for a scalar or an enum; empty when it fits. A custom scalar takes
/// anything.
std::string objection(const ast::Value& value, const Type& type) {
    using Kind = ast::ValueKind;
    const Kind kind = value.kind;
    if (type.kind == ast::TypeKind::Enum) {
        if (kind != Kind::Enum) {
            return fmt::format(
                "Enum \"{}\" cannot represent non-enum value: {}.", type.name, print(value)
            );
        }
        if (type.value(value.text) != nullptr) return {};
        return fmt::format("Value \"{}\" does not exist in \"{}\" enum.", value.text, type.name);
    }
    std::string_view what;
    if (type.name == "Int") {
        if (kind == Kind::Int && !parse_number<std::int32_t>(value.text)) {
            return "Int cannot represent non 32-bit signed integer value: " + value.text;
        }
        if (kind != Kind::Int) what = "Int cannot represent non-integer value";
    } else if (type.name == "Float") {
        const bool fits = kind == Kind::Int || kind == Kind::Float;
        if (!fits) what = "Float cannot represent non numeric value";
    } else if (type.name == "String") {
        if (kind != Kind::String) what = "String cannot represent a non string value";
    } else if (type.name == "Boolean") {
        if (kind != Kind::Boolean) what = "Boolean cannot represent a non boolean value";
    } else if (type.name == "ID") {
        const bool fits = kind == Kind::String || kind == Kind::Int;
        if (!fits) what = "ID cannot represent a non-string and non-integer value";
    }
    return what.empty() ? std::string() : fmt::format("{}: {}", what, print(value));
}

class ValueRules : public Rule {
public:
    using Rule::Rule;

    void value(const ast::Value& node, const InputPlace& place) override {
        check_unique_fields(node);
        if (place.type) check(node, *place.type);
    }

private:
    void check_unique_fields(const ast::Value& node) {
        for (const ast::Value& item : node.items) check_unique_fields(item);
        std::unordered_map<std::string_view, Location> seen;
        for (const ast::ObjectField& field : node.fields) {
            const auto [first, is_new] = seen.emplace(field.name.text, field.name.at);
            if (!is_new) {
                context().report(
                    fmt::format("There can be only one input field named \"{}\".", field.name.text),
                    {first->second, field.name.at}
                );
            }
            check_unique_fields(field.value);
        }
    }

    void check(const ast::Value& node, const TypeRef& type) {
        if (node.kind == ast::ValueKind::Variable) return;  // VariablesInAllowedPosition
        if (node.kind == ast::ValueKind::Null) {
            if (type.is_non_null()) report_unexpected(node, type);
            return;
        }
        const bool has_items = node.kind == ast::ValueKind::List;
        const TypeRef nullable = type.is_non_null() ? type.inner() : type;
        if (has_items && nullable.is_list()) {
            for (const ast::Value& item : node.items) check(item, nullable.inner());
        } else if (node.kind == ast::ValueKind::Object && type.named->kind == ast::TypeKind::InputObject) {
            check_object(node, *type.named);
        } else {
            check_leaf(node, has_items ? nullable : type);
        }
    }

    void check_object(const ast::Value& node, const Type& type) {
        for (const InputValue& wanted : type.input_fields) {
            const bool given = std::ranges::any_of(node.fields, [&](const ast::ObjectField& field) {
                return field.name.text == wanted.name;
            });
            if (given || !wanted.is_required()) continue;
            context().report(
                fmt::format(
                    "Field \"{}.{}\" of required type \"{}\" was not provided.",
                    type.name,
                    wanted.name,
                    wanted.type.text()
                ),
                {node.at}
            );
        }
        for (const ast::ObjectField& field : node.fields) {
            if (const InputValue* known = type.input_field(field.name.text)) {
                check(field.value, known->type);
                continue;
            }
            context().report(
                fmt::format(
                    "Field \"{}\" is not defined by type \"{}\".", field.name.text, type.name
                ),
                {field.name.at}
            );
        }
    }

    void check_leaf(const ast::Value& node, const TypeRef& type) {
        if (!type.named->is_leaf()) return report_unexpected(node, type);
        const std::string what = objection(node, *type.named);
        if (!what.empty()) context().report(what, {node.at});
    }

    void report_unexpected(const ast::Value& node, const TypeRef& type) {
        context().report(
            fmt::format("Expected value of type \"{}\", found {}.", type.text(), print(node)),
            {node.at}
        );
    }
};

}  // namespace

std::unique_ptr<Rule> value_rules(ValidationContext& context) {
    return std::make_unique<ValueRules>(context);
}

}  // namespace migrator::graphql
