#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graphql/error.hpp"
#include "graphql/scalars.hpp"
#include "graphql/selection.hpp"

namespace migrator::graphql {

struct ObjectPlan;

/// All about a field that does not depend on the value of its parent: worked out once, used for
/// each of a hundred thousand rows.
struct FieldPlan {
    const Type* parent = nullptr;      ///< an object type
    const FieldType* field = nullptr;  ///< in the schema
    std::string key;
    std::string key_text;  ///< `"key":`
    FieldNodes nodes;
    boost::json::object arguments;
    std::optional<RequestError> unfit_arguments;
    bool is_typename = false;
    bool is_meta = false;      ///< `__schema`, `__type`: its parent is the Schema
    bool is_counted = false;   ///< a repetition, or introspection: it has a cost
    std::optional<Leaf> leaf;  ///< of the innermost type; none: it is composite
    std::vector<std::unique_ptr<ObjectPlan>> below;  ///< for each object type that occurred
    std::unique_ptr<Selected> selected;              ///< when a resolver has asked for it
};

struct ObjectPlan {
    const Type* type = nullptr;
    std::vector<FieldPlan> fields;
};

/// `fields` were collected for `object`.
ObjectPlan make_plan(
    const Selections& selections,
    const Type& object,
    const CollectedFields& fields,
    const boost::json::object& variables
);

/// `Type.field`, for messages.
std::string coordinate(const FieldPlan& plan);

}  // namespace migrator::graphql
