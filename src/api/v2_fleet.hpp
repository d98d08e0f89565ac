#pragma once

#include "graphql/schema.hpp"

namespace migrator::api {

/// Gives Query.fleet and the types below it their resolvers.
void resolve_fleet(graphql::Schema& schema);

}  // namespace migrator::api
