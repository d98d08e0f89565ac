#pragma once

#include "api/services.hpp"
#include "graphql/schema.hpp"

namespace migrator::api {

/// Gives Mutation and CreateResults their resolvers. `coordinator` outlives the schema.
void resolve_mutations(graphql::Schema& schema, Services services);

}  // namespace migrator::api
