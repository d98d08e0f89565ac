#pragma once

#include <vector>

#include "graphql/schema.hpp"

namespace migrator::graphql {

/// Gives the types of introspection their resolvers: section 4 of the specification.
void resolve_introspection(Schema& schema);

/// `__schema`, `__type` and `__typename`. The first two want the Schema as their parent; the last
/// has no resolver, since it depends on the object type alone.
std::vector<FieldType> meta_fields(const Schema& schema);

}  // namespace migrator::graphql
