#pragma once

#include "coordinator/coordinator.hpp"
#include "graphql/schema.hpp"

namespace migrator::api {

/// Gives Mutation and CreateResults their resolvers. `coordinator` outlives the schema.
void resolve_mutations(graphql::Schema& schema, coordinator::Coordinator& coordinator);

}  // namespace migrator::api
