#include <fmt/format.h>

#include <algorithm>

#include "graphql/schema_check.hpp"

namespace migrator::graphql {
namespace {

/// One type and one interface that it says it implements.
class Conformance {
public:
    Conformance(
        const Schema& schema, const Type& type, const Type& parent, const Coordinates& coordinates
    )
        : schema_(schema), type_(type), parent_(parent), coordinates_(coordinates) {}

    void check() const {
        if (parent_.kind != ast::TypeKind::Interface) {
            fail(type_.name, fmt::format("{} is no interface", parent_.name));
        }
        if (&parent_ == &type_) fail(type_.name, "an interface can't implement itself");
        check_ancestors();
        for (const FieldType& wanted : parent_.fields) check_field(wanted);
    }

private:
    void check_ancestors() const {
        for (const Type* ancestor : parent_.interfaces) {
            if (ancestor == &type_) {
                fail(type_.name, fmt::format("it and {} implement each other", parent_.name));
            }
            if (std::ranges::find(type_.interfaces, ancestor) != type_.interfaces.end()) continue;
            fail(
                type_.name,
                fmt::format("it must implement {}, as {} does", ancestor->name, parent_.name)
            );
        }
    }

    void check_field(const FieldType& wanted) const {
        const FieldType* given = type_.field(wanted.name);
        if (given == nullptr) {
            fail(type_.name, fmt::format("it lacks the field {} of {}", wanted.name, parent_.name));
        }
        const std::string coordinate = fmt::format("{}.{}", type_.name, wanted.name);
        if (!is_subtype(schema_, given->type, wanted.type)) {
            fail(
                coordinate,
                fmt::format(
                    "its type is {}, but {} wants {}",
                    given->type.text(),
                    parent_.name,
                    wanted.type.text()
                )
            );
        }
        check_arguments(wanted, *given, coordinate);
    }

    void check_arguments(
        const FieldType& wanted, const FieldType& given, const std::string& coordinate
    ) const {
        for (const InputValue& argument : wanted.arguments) {
            const InputValue* same = given.argument(argument.name);
            if (same != nullptr && same->type == argument.type) continue;
            fail(
                coordinate,
                fmt::format(
                    "{} wants an argument {} of type {}",
                    parent_.name,
                    argument.name,
                    argument.type.text()
                )
            );
        }
        for (const InputValue& argument : given.arguments) {
            if (!argument.is_required() || wanted.argument(argument.name) != nullptr) continue;
            fail(
                coordinate,
                fmt::format(
                    "its argument {} is required, but {} does not have it",
                    argument.name,
                    parent_.name
                )
            );
        }
    }

    [[noreturn]] void fail(const std::string& coordinate, const std::string& message) const {
        fail_schema(coordinates_.at(coordinate), coordinate + ": " + message);
    }

    const Schema& schema_;
    const Type& type_;
    const Type& parent_;
    const Coordinates& coordinates_;
};

}  // namespace

void check_interfaces(const Schema& schema, const Type& type, const Coordinates& coordinates) {
    for (const Type* parent : type.interfaces) {
        Conformance(schema, type, *parent, coordinates).check();
    }
}

}  // namespace migrator::graphql
