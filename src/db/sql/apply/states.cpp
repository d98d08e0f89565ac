#include "db/sql/apply/states.hpp"

#include <fmt/format.h>

#include "core/log.hpp"
#include "core/secrets.hpp"
#include "core/statement_place.hpp"
#include "db/sql/apply/lost_commit.hpp"
#include "db/sql/failure.hpp"
#include "db/sql/store/tenant_states.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::apply {
namespace {

void write(const Worker& worker, TenantState state) {
    const Context& context = worker.context;
    state.version_id = context.version_id;
    const auto first = context.first_files.find(state.tenant);
    state.first_file = first != context.first_files.end() ? first->second : state.file;
    Transaction transaction(*worker.session, {}, context.run_id);
    store::TenantStates(worker.tables()).write(state);
    transaction.commit_or_throw();
}

}  // namespace

void write_running(
    const Worker& worker,
    const Migration& migration,
    const std::string& schema,
    std::size_t statements
) {
    write(
        worker,
        {.tenant = tenant_of(migration, schema),
         .state = "running",
         .file = migration.file,
         .statement = static_cast<std::int64_t>(statements)}
    );
}

void write_failed(const Worker& worker, const Unit& unit, const UnitFailure& failed) {
    const Context& context = worker.context;
    const Failure& failure = failed.failure;
    const Migration* file = failed.migration;
    if (context.commits_each_file && failure.connection_lost) return;
    try {
        const bool is_gone =
            !worker.session || worker.session->is_lost() || failure.connection_lost;
        // Without the lock another run may have the tenant by now.
        if (is_gone && context.lock.lost()) return;
        if (is_gone) worker.session = LostCommit(worker, unit).reconnect();
        worker.session->use_schemas({});
        write(
            worker,
            {.tenant = file == nullptr ? unit.tenant : tenant_of(*file, failed.schema),
             .state = "failed",
             .file = file == nullptr ? std::string() : file->file,
             .statement = static_cast<std::int64_t>(failure.kept),
             .sqlstate = failure.sqlstate,
             .message = with_place(
                 secrets::hidden(describe(failure)),
                 {.statement = failure.statement, .line = failure.line}
             )}
        );
    } catch (const Error& error) {
        // The failure itself is what the caller has to hear; the intent is there already.
        log::error(fmt::format("Could not record the failure: {}", error.what()));
    }
}

}  // namespace migrator::db::sql::apply
