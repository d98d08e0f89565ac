#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "graphql/coercion.hpp"
#include "graphql/parser.hpp"
#include "graphql/schema_check.hpp"

namespace migrator::graphql {
namespace {

using Directives = std::vector<ast::Directive>;

class AppliedDirectives {
public:
    explicit AppliedDirectives(const Schema& schema) : schema_(schema) {}

    void check(const ast::TypeDefinition& type) const {
        check(type.directives, name_of(type.kind));
        for (const ast::FieldDefinition& field : type.fields) {
            check(field.directives, "FIELD_DEFINITION");
            check(field.arguments, "ARGUMENT_DEFINITION");
        }
        for (const ast::EnumValueDefinition& value : type.values) {
            check(value.directives, "ENUM_VALUE");
        }
        check(type.input_fields, "INPUT_FIELD_DEFINITION");
    }

    void check(const std::vector<ast::InputValueDefinition>& values, std::string_view location)
        const {
        for (const ast::InputValueDefinition& value : values) check(value.directives, location);
    }

    void check(const Directives& directives, std::string_view location) const {
        std::set<std::string_view> seen;
        for (const ast::Directive& directive : directives) {
            const std::string& name = directive.name.text;
            const DirectiveType* type = schema_.directive(name);
            if (type == nullptr) {
                fail_schema(directive.at, fmt::format("there is no directive @{}", name));
            }
            if (std::ranges::find(type->locations, location) == type->locations.end()) {
                fail_schema(directive.at, fmt::format("@{} can't stand at {}", name, location));
            }
            if (!seen.insert(name).second && !type->is_repeatable) {
                fail_schema(directive.at, fmt::format("@{} can stand here once only", name));
            }
            check_arguments(*type, directive);
        }
    }

private:
    static void check_arguments(const DirectiveType& type, const ast::Directive& directive) {
        std::set<std::string_view> given;
        for (const ast::Argument& argument : directive.arguments) {
            const std::string& name = argument.name.text;
            const InputValue* definition = type.argument(name);
            if (definition == nullptr) {
                fail_schema(
                    argument.name.at, fmt::format("@{} has no argument {}", type.name, name)
                );
            }
            if (!given.insert(name).second) {
                fail_schema(
                    argument.name.at, fmt::format("@{} is given {} twice", type.name, name)
                );
            }
            if (coerce_literal(argument.value, definition->type, nullptr)) continue;
            fail_schema(
                argument.value.at,
                fmt::format(
                    "@{}({}:): {} does not fit the type {}",
                    type.name,
                    name,
                    print(argument.value),
                    definition->type.text()
                )
            );
        }
        for (const InputValue& definition : type.arguments) {
            if (!definition.is_required() || given.contains(definition.name)) continue;
            fail_schema(
                directive.at, fmt::format("@{} needs the argument {}", type.name, definition.name)
            );
        }
    }

    const Schema& schema_;
};

}  // namespace

void check_applied_directives(const Schema& schema, const ast::Document& document) {
    const AppliedDirectives applied(schema);
    for (const ast::Definition& any : document.definitions) {
        if (const auto* type = std::get_if<ast::TypeDefinition>(&any)) applied.check(*type);
        if (const auto* definition = std::get_if<ast::SchemaDefinition>(&any)) {
            applied.check(definition->directives, "SCHEMA");
        }
        const auto* directive = std::get_if<ast::DirectiveDefinition>(&any);
        if (directive == nullptr) continue;
        applied.check(directive->arguments, "ARGUMENT_DEFINITION");
        for (const ast::InputValueDefinition& argument : directive->arguments) {
            for (const ast::Directive& use : argument.directives) {
                if (use.name.text != directive->name.text) continue;
                fail_schema(use.at, fmt::format("@{} refers to itself", use.name.text));
            }
        }
    }
}

}  // namespace migrator::graphql
