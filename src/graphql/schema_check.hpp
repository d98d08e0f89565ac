#pragma once

#include "graphql/ast.hpp"
#include "graphql/schema.hpp"
#include "graphql/schema_builder.hpp"

namespace migrator::graphql {

/// What section 3 of the specification asks of a type system whose names are already known to be
/// unique and to refer to something. Throws Internal for the first thing that is wrong.
/// `document` is what the program wrote: without the built-in types.
void check_schema(
    const Schema& schema, const ast::Document& document, const Coordinates& coordinates
);

/// The part about interfaces: what implements one has what it asks for.
void check_interfaces(const Schema& schema, const Type& type, const Coordinates& coordinates);
/// The part about input objects: none needs itself, and no default value contains itself.
void check_input_cycles(const Schema& schema, const Coordinates& coordinates);
/// The part about directives: they exist, stand where they may, and have the right arguments.
void check_applied_directives(const Schema& schema, const ast::Document& document);

}  // namespace migrator::graphql
