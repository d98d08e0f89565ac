#pragma once

#include "api/services.hpp"
#include "graphql/schema.hpp"

namespace migrator::api {

/// Gives the queries of screens their resolvers: `me`, `tenantPage`, `tenant`, `plan`,
/// `rolloutPreview`, `runs`, `run`, `versionPage`, `versionFiles`, `versionFile`. What they answer
/// is what REST answers, member by member. `prefix`: of our routes.
void resolve_console(graphql::Schema& schema, Services services, const std::string& prefix);

}  // namespace migrator::api
