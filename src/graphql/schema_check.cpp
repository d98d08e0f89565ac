#include "graphql/schema_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "graphql/coercion.hpp"
#include "graphql/parser.hpp"

namespace migrator::graphql {
namespace {

class SchemaCheck {
public:
    SchemaCheck(const Schema& schema, const Coordinates& coordinates)
        : schema_(schema), coordinates_(coordinates) {}

    void roots() const {
        if (schema_.query() == nullptr) {
            fail_schema({}, "there is no type for queries: define the type Query");
        }
        std::set<const Type*> seen;
        for (const Type* root : {schema_.query(), schema_.mutation(), schema_.subscription()}) {
            if (root == nullptr) continue;
            if (root->kind != ast::TypeKind::Object) {
                fail(root->name, "operations start at object types only");
            }
            if (!seen.insert(root).second) {
                fail(root->name, "two kinds of operations can't share a type");
            }
        }
    }

    void type(const Type& type) const {
        check_name(type.name, type.name);
        const bool is_empty = type.fields.empty() && type.possible.empty() && type.values.empty() &&
                              type.input_fields.empty();
        const bool lacks_fields = type.kind == ast::TypeKind::Interface && type.fields.empty();
        if ((is_empty && type.kind != ast::TypeKind::Scalar) || lacks_fields) {
            fail(type.name, "it has nothing in it");
        }
        for (const FieldType& field : type.fields) check_field(type, field);
        for (const InputValue& field : type.input_fields) {
            check_input(field, fmt::format("{}.{}", type.name, field.name));
        }
        for (const EnumValue& value : type.values) {
            const std::string coordinate = fmt::format("{}.{}", type.name, value.name);
            check_name(value.name, coordinate);
            if (value.name == "true" || value.name == "false" || value.name == "null") {
                fail(coordinate, "an enum can't have a value of this name");
            }
        }
    }

    void directive(const DirectiveType& directive) const {
        const std::string coordinate = "@" + directive.name;
        check_name(directive.name, coordinate);
        for (const InputValue& argument : directive.arguments) {
            check_input(argument, fmt::format("{}({}:)", coordinate, argument.name));
        }
        std::set<std::string_view> seen;
        for (const std::string& location : directive.locations) {
            if (!is_directive_location(location)) {
                fail(coordinate, fmt::format("there is no directive location {}", location));
            }
            if (!seen.insert(location).second) {
                fail(coordinate, fmt::format("it names the location {} twice", location));
            }
        }
    }

private:
    void check_field(const Type& type, const FieldType& field) const {
        const std::string coordinate = fmt::format("{}.{}", type.name, field.name);
        check_name(field.name, coordinate);
        if (field.type.named->kind == ast::TypeKind::InputObject) {
            fail(
                coordinate, fmt::format("a field can't be of type {}: an input", field.type.text())
            );
        }
        for (const InputValue& argument : field.arguments) {
            check_input(argument, fmt::format("{}({}:)", coordinate, argument.name));
        }
    }

    void check_input(const InputValue& value, const std::string& coordinate) const {
        check_name(value.name, coordinate);
        if (!value.type.named->is_input()) {
            fail(
                coordinate,
                fmt::format(
                    "an input can't be of type {}: only scalars, enums and input objects can",
                    value.type.text()
                )
            );
        }
        if (value.is_required() && value.deprecation_reason) {
            fail(coordinate, "what is required can't be deprecated");
        }
    }

    void check_name(std::string_view name, const std::string& coordinate) const {
        if (name.starts_with("__")) fail(coordinate, "names with __ in front are reserved");
    }

    [[noreturn]] void fail(const std::string& coordinate, const std::string& message) const {
        const auto found = coordinates_.find(coordinate);
        fail_schema(
            found == coordinates_.end() ? Location{} : found->second, coordinate + ": " + message
        );
    }

    const Schema& schema_;
    const Coordinates& coordinates_;
};

void check_default(
    const InputValue& value, const std::string& coordinate, const Coordinates& coordinates
) {
    if (!value.default_value || coerce_literal(*value.default_value, value.type, nullptr)) return;
    fail_schema(
        coordinates.at(coordinate),
        fmt::format(
            "{}: the default value {} does not fit the type {}",
            coordinate,
            print(*value.default_value),
            value.type.text()
        )
    );
}

void check_defaults(const Schema& schema, const Coordinates& coordinates) {
    for (const Type& type : schema.types()) {
        for (const InputValue& field : type.input_fields) {
            check_default(field, fmt::format("{}.{}", type.name, field.name), coordinates);
        }
        for (const FieldType& field : type.fields) {
            for (const InputValue& argument : field.arguments) {
                check_default(
                    argument,
                    fmt::format("{}.{}({}:)", type.name, field.name, argument.name),
                    coordinates
                );
            }
        }
    }
    for (const DirectiveType& directive : schema.directives()) {
        for (const InputValue& argument : directive.arguments) {
            check_default(
                argument, fmt::format("@{}({}:)", directive.name, argument.name), coordinates
            );
        }
    }
}

bool is_introspection(const Type& type) {
    // Nothing but the built-in text can have defined a type that field `__type` is made of.
    static constexpr std::string_view kTypes[] = {
        "__Schema",
        "__Type",
        "__Field",
        "__InputValue",
        "__EnumValue",
        "__TypeKind",
        "__Directive",
        "__DirectiveLocation",
    };
    return std::ranges::find(kTypes, type.name) != std::end(kTypes);
}

}  // namespace

void check_schema(
    const Schema& schema, const ast::Document& document, const Coordinates& coordinates
) {
    const SchemaCheck check(schema, coordinates);
    check.roots();
    for (const Type& type : schema.types()) {
        if (is_introspection(type)) continue;
        check.type(type);
        check_interfaces(schema, type, coordinates);
    }
    for (const DirectiveType& directive : schema.directives()) check.directive(directive);
    check_input_cycles(schema, coordinates);
    // After the cycles: filling in a default that contains itself would never end.
    check_defaults(schema, coordinates);
    check_applied_directives(schema, document);
}

}  // namespace migrator::graphql
