// What a run that commits more than once writes down before it begins.
#include <fmt/format.h>

#include "core/log.hpp"
#include "db/sql/apply/application.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::apply {

void Application::write_intent() {
    const ApplyRequest& request = facts_.request;
    std::vector<std::string> tenants;
    std::vector<std::string> files;
    const auto plan = [&](const std::string& tenant, const std::string& file) {
        if (!facts_.first_files.emplace(tenant, file).second) return;
        tenants.push_back(tenant);
        files.push_back(file);
    };
    for (const PlannedFile& file : facts_.plan.files) {
        for (const std::string& schema : *file.schemas) {
            plan(tenant_of(*file.migration, schema), file.migration->file);
        }
    }
    for (const OwedTenant& owed : request.owed) plan(owed.tenant, owed.first_file);
    log::info(fmt::format("The run is recorded as planned for {} tenants", tenants.size()));
    std::vector<std::string> schemas;
    if (request.new_tenant) schemas.push_back(request.new_tenant->str());
    session().use_schemas(schemas);
    Transaction transaction(session(), facts_.settings(), facts_.work.run_id);
    // First the tenant: when it is there already, nothing may be planned for it.
    if (request.new_tenant) worker_.make_tenant();
    metadata().plan_tenants(facts_.version_id, tenants, files);
    transaction.commit_or_throw();
    facts_.intent_written = true;
    facts_.tenant_made = request.new_tenant.has_value();
}

}  // namespace migrator::db::sql::apply
