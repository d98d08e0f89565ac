#pragma once

#include <boost/json/value.hpp>
#include <optional>

#include "graphql/ast.hpp"
#include "graphql/schema.hpp"

namespace migrator::graphql {

/// What a leaf type accepts and gives: section 3.5.
enum class Leaf : std::uint8_t { Int, Float, String, Boolean, Id, Enum, Custom };

/// `type` is a scalar or an enum.
Leaf leaf_of(const Type& type);

/// A value from JSON, which is not null; nothing when it does not fit.
std::optional<boost::json::value> leaf_from_json(const Type& type, const boost::json::value& value);
/// A value from a literal, which is neither null nor a variable; nothing when it does not fit.
/// `variables`, which may be null, are for those inside of a custom scalar's lists and objects.
std::optional<boost::json::value> leaf_from_literal(
    const Type& type, const ast::Value& literal, const boost::json::object* variables
);

}  // namespace migrator::graphql
