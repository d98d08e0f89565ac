#pragma once

#include "coordinator/coordinator.hpp"
#include "graphql/schema.hpp"

namespace migrator::api {

/// Gives Query.analysis, Query.checks, Mutation.traceFiles and the types below them their
/// resolvers.
void resolve_analysis(graphql::Schema& schema, coordinator::Coordinator& coordinator);

}  // namespace migrator::api
