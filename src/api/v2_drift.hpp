#pragma once

#include "coordinator/coordinator.hpp"
#include "graphql/schema.hpp"

namespace migrator::api {

/// The resolvers of `Drift` and what is in it. `coordinator` outlives the schema.
void resolve_drift(graphql::Schema& schema, coordinator::Coordinator& coordinator);

}  // namespace migrator::api
