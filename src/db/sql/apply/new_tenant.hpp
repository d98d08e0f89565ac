#pragma once

#include "core/schema_name.hpp"
#include "db/sql/apply/context.hpp"

namespace migrator::db::sql::apply {

/// Throws MigrationFailed for a name that no new tenant may have.
void check_new_tenant(const Job& job, const SchemaName& tenant);

/// Makes the tenant's schema and records it, in the open transaction.
void make_tenant(const Job& job, Session& session, const SchemaName& tenant);

}  // namespace migrator::db::sql::apply
