#include "wire/tenants.hpp"

#include "wire/columns.hpp"

namespace migrator::wire {

boost::json::object removed_tenant(const db::TenantTraces& removed, bool drop_schema) {
    return {
        {"tenant", text(removed.tenant)},
        {"wasListed", removed.is_listed},
        {"rows", removed.rows},
        {"hadState", removed.has_state},
        {"schema", text_or_null(removed.schema)},
        {"schemaDropped", drop_schema && !removed.schema.empty()}};
}

}  // namespace migrator::wire
