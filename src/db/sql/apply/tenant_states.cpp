// Progress and failures in `migrator_tenant_state`: what the next run, and people, need
// to know when this one ends half-way.
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/apply/group_worker.hpp"
#include "db/sql/failure.hpp"

namespace migrator::db::sql::apply {

void GroupWorker::write_state(TenantState state) {
    state.version_id = facts_.version_id;
    const auto first = facts_.first_files.find(state.tenant);
    state.first_file = first != facts_.first_files.end() ? first->second : state.file;
    Transaction transaction(session(), {}, facts_.work.run_id);
    metadata().write_tenant_state(state);
    transaction.commit_or_throw();
}

void GroupWorker::write_running(
    const Migration& migration, const std::string& schema, std::size_t statements
) {
    write_state(
        {.tenant = tenant_of(migration, schema),
         .state = "running",
         .file = migration.file,
         .statement = static_cast<std::int64_t>(statements)}
    );
}

void GroupWorker::write_failed(const Group& group, const GroupFailure& failed) {
    const Failure& failure = failed.failure;
    const Migration* file = failed.migration;
    if (facts_.commits_each_file && failure.connection_lost) return;
    try {
        const bool is_gone = !session_ || session().is_lost() || failure.connection_lost;
        // Without the lock another run may have the tenant by now.
        if (is_gone && dialect_.works_on_lock_session && facts_.work.lock.lost()) return;
        if (is_gone) session_ = reconnect(group);
        session().use_schemas({});
        write_state(
            {.tenant = file == nullptr ? group.tenant : tenant_of(*file, failed.schema),
             .state = "failed",
             .file = file == nullptr ? std::string() : file->file,
             .statement = static_cast<std::int64_t>(failure.kept),
             .sqlstate = failure.sqlstate,
             .message = describe(failure)}
        );
    } catch (const Error& error) {
        // The failure itself is what the caller has to hear; the intent is there already.
        log::error(fmt::format("Could not record the failure: {}", error.what()));
    }
}

}  // namespace migrator::db::sql::apply
