#pragma once

#include "coordinator/coordinator.hpp"
#include "graphql/schema.hpp"

namespace migrator::api {

/// Gives Query.fleet and the types below it their resolvers. `coordinator` outlives the schema.
void resolve_fleet(graphql::Schema& schema, coordinator::Coordinator& coordinator);

}  // namespace migrator::api
