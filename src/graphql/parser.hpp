#pragma once

#include <string_view>
#include <variant>

#include "graphql/ast.hpp"
#include "graphql/error.hpp"
#include "graphql/limits.hpp"

namespace migrator::graphql {

/// Parses executable definitions, type system definitions, or both. The first thing that is wrong
/// comes back as an error with its location; so does a limit that is exceeded (document_bytes,
/// tokens, and a nesting deep enough to endanger the stack). Pure; any bytes are safe.
std::variant<ast::Document, RequestError> parse(std::string_view text, const Limits& limits = {});

/// `FIELD`, `OBJECT` and the other places that a directive can be defined for.
bool is_directive_location(std::string_view name);

/// "SCALAR", "OBJECT" …: what introspection calls the kind, and directives their place.
std::string_view name_of(ast::TypeKind kind);

/// A value as GraphQL text, as introspection shows default values: `{a: [1, "x"], b: RED}`.
std::string print(const ast::Value& value);
/// `[Type!]!`
std::string print(const ast::TypeReference& type);

}  // namespace migrator::graphql
