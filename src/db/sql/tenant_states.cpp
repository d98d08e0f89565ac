// Intent, progress and failures in `migrator_tenant_state`: what the next run, and people, need
// to know when this one ends half-way.
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/application.hpp"
#include "db/sql/failure.hpp"

namespace migrator::db::sql {
namespace {

/// Single files belong to no tenant.
std::string tenant_of(const Migration& migration, const std::string& schema) {
    return is_for_tenants(migration.type) ? schema : std::string();
}

}  // namespace

void Application::write_intent(const std::vector<Group>& groups) {
    std::vector<std::string> order;
    for (const PlannedFile& file : plan_.files) {
        for (const std::string& schema : *file.schemas) {
            const std::string tenant = tenant_of(*file.migration, schema);
            if (first_files_.emplace(tenant, file.migration->file).second) order.push_back(tenant);
        }
    }
    log::info(fmt::format("The run takes {} transactions: its intent is recorded", groups.size()));
    std::vector<std::string> schemas;
    if (request_.new_tenant) schemas.push_back(request_.new_tenant->str());
    session().use_schemas(schemas);
    Transaction transaction(session(), dialect_, settings(), work_.run_id);
    // First the tenant: when it is there already, nothing may be planned for it.
    if (request_.new_tenant) make_tenant();
    std::vector<std::string> files;
    files.reserve(order.size());
    for (const std::string& tenant : order) files.push_back(first_files_.at(tenant));
    metadata().plan_tenants(version_id_, order, files);
    transaction.commit_or_throw();
    intent_written_ = true;
    tenant_made_ = request_.new_tenant.has_value();
}

void Application::write_state(TenantState state) {
    state.version_id = version_id_;
    state.first_file =
        first_files_.contains(state.tenant) ? first_files_.at(state.tenant) : state.file;
    Transaction transaction(session(), dialect_, {}, work_.run_id);
    metadata().write_tenant_state(state);
    transaction.commit_or_throw();
}

void Application::write_running(
    const Migration& migration, const std::string& schema, std::size_t statements
) {
    write_state(
        {.tenant = tenant_of(migration, schema),
         .state = "running",
         .file = migration.file,
         .statement = static_cast<std::int64_t>(statements)}
    );
}

void Application::write_failed(
    const Migration& migration, const std::string& schema, const Failure& failure
) {
    try {
        if (failure.connection_lost) work_.session = reconnect();
        session().use_schemas({});
        write_state(
            {.tenant = tenant_of(migration, schema),
             .state = "failed",
             .file = migration.file,
             .statement = static_cast<std::int64_t>(failure.kept),
             .sqlstate = failure.sqlstate,
             .message = describe(failure)}
        );
    } catch (const Error& error) {
        // The failure itself is what the caller has to hear; the intent is there already.
        log::error(fmt::format("Could not record the failure: {}", error.what()));
    }
}

}  // namespace migrator::db::sql
