#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "graphql/ast.hpp"
#include "graphql/error.hpp"
#include "graphql/schema.hpp"

/// Input values: section 3.12 and 6.1.2 of the specification. Coerced values are JSON: an enum is
/// its name, an Int an int64, a Float a double.
namespace migrator::graphql {

/// What a field of an input object that the type lacks means, in a variable's value.
enum class UnknownFields : bool { AreErrors, AreIgnored };

/// The operation's variables from what the client sent, defaults filled in; or what is wrong, an
/// error for each problem, located at the variable's definition. It stops after 50 of them.
std::variant<boost::json::object, std::vector<RequestError>> coerce_variables(
    const Schema& schema,
    const ast::Operation& operation,
    const boost::json::object& sent,
    UnknownFields unknown
);

/// The value of a literal, variables put in (they fit already: the document is valid); nothing when
/// it does not fit the type. `variables` may be null: then variables do not fit.
std::optional<boost::json::value> coerce_literal(
    const ast::Value& literal, const TypeRef& type, const boost::json::object* variables
);

/// Arguments of a field or directive of a valid document; those that were not given and have no
/// default are absent. An argument whose value turns out to be unfit at run time (a null for a
/// non-null type by way of a variable) comes back as an error.
std::variant<boost::json::object, RequestError> coerce_arguments(
    const std::vector<InputValue>& definitions,
    const std::vector<ast::Argument>& arguments,
    Location where,
    const boost::json::object& variables
);

}  // namespace migrator::graphql
