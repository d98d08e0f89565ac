#include "db/sql/apply/intent.hpp"

#include <fmt/format.h>

#include "core/count_of.hpp"
#include "core/log.hpp"
#include "db/sql/store/tenant_states.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::apply {

void write_intent(Context& context, Session& session) {
    const ApplyRequest& request = context.request;
    std::vector<std::string> tenants;
    std::vector<std::string> files;
    const auto plan = [&](const std::string& tenant, const std::string& file) {
        if (!context.first_files.emplace(tenant, file).second) return;
        tenants.push_back(tenant);
        files.push_back(file);
    };
    for (const PlannedFile& file : context.plan.files) {
        for (const std::string& schema : *file.schemas) {
            plan(tenant_of(*file.migration, schema), file.migration->file);
        }
    }
    for (const OwedTenant& owed : request.owed) plan(owed.tenant, owed.first_file);
    log::info(fmt::format(
        "The run is recorded as planned for {}", count_of(tenants.size(), "tenant", "tenants")
    ));
    std::vector<std::string> schemas;
    if (request.new_tenant) schemas.push_back(request.new_tenant->str());
    session.use_schemas(schemas);
    Transaction transaction(session, context.settings(), context.run_id);
    // First the tenant: when it is there already, nothing may be planned for it.
    if (request.new_tenant) context.make_tenant(session);
    store::TenantStates(context.tables(session)).plan(context.version_id, tenants, files);
    transaction.commit_or_throw();
    context.intent_written = true;
}

}  // namespace migrator::db::sql::apply
