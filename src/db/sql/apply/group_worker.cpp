#include "db/sql/apply/group_worker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/apply/batch.hpp"
#include "db/sql/apply/lock_table.hpp"
#include "db/sql/failure.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/store/applied_rows.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::size_t kRowsAtOnce = 8'192;
constexpr std::string_view kDryRunWayOut =
    "a dry run is one transaction whatever atomicity says; choose some of the tenants (--canary, "
    "--tenant), or raise max_locks_per_transaction";

}  // namespace

Error error_of(const GroupFailure& failed) {
    if (failed.error) return *failed.error;
    if (failed.migration == nullptr) return commit_error(failed.failure);
    return script_error(*failed.migration, failed.schema, failed.failure);
}

GroupWorker::GroupWorker(
    RunFacts& facts,
    RunProgress& progress,
    std::unique_ptr<Session>& session,
    const WorkerPlace& place
)
    : facts_(facts),
      progress_(progress),
      session_(session),
      place_(place),
      dialect_(facts.dialect),
      request_(facts.request),
      preparation_(dialect_, facts.work.options) {}

std::optional<GroupFailure> GroupWorker::run(const Group& group) {
    auto failed = !group.in_transaction      ? run_outside(group)
                  : facts_.commits_each_file ? run_committing(group)
                                             : run_in_transaction(group);
    if (failed) return failed;
    progress_.tenants_done(static_cast<std::size_t>(std::ranges::count_if(
        group.finished, [](const std::string& tenant) { return !tenant.empty(); }
    )));
    report("applying", nullptr, 0);
    return std::nullopt;
}

std::optional<GroupFailure> GroupWorker::run_in_transaction(const Group& group) {
    const bool runs = request_.action == Action::Apply;
    std::vector<std::string> schemas = runs ? group.schemas : std::vector<std::string>{};
    if (request_.new_tenant && !runs) schemas = {request_.new_tenant->str()};
    session().use_schemas(schemas);
    Transaction transaction(session(), facts_.settings(), facts_.work.run_id);
    expect_questions(group);
    const bool makes_tenant = request_.new_tenant && !facts_.tenant_made;
    if (makes_tenant) make_tenant();
    if (runs) {
        if (auto failed = run_scripts(group)) {
            transaction.roll_back();
            return failed;
        }
    }
    report("recording", nullptr, executions_of(group));
    session().reset();
    record(group);
    if (recorded_ != nullptr) keep_recorded();
    stop_if_asked();  // from here on a cancel comes too late
    if (auto failed = end(group, transaction)) return failed;
    progress_.done(place_.number, group);
    if (makes_tenant && !request_.dry_run) facts_.tenant_made = true;
    return std::nullopt;
}

/// Who wants to know whether this transaction took place waits for the row (`took_place`).
void GroupWorker::expect_questions(const Group& group) {
    if (!group.tenant.empty()) metadata().lock_tenant_state(group.tenant);
}

void GroupWorker::keep_recorded() {
    const store::MetadataShape shape = store::read_shape(session(), dialect_);
    RolledBack recorded;
    recorded.version = metadata().versions(shape, {.id = facts_.version_id}).at(0);
    const RowsWanted wanted{.version_id = facts_.version_id};
    const auto rows = metadata().migrations(shape, wanted);
    for (Row row; rows->next(row);) {
        store::take_migration(row, wanted.columns, recorded.rows.emplace_back());
    }
    *recorded_ = std::move(recorded);
}

std::optional<GroupFailure> GroupWorker::end(const Group& group, Transaction& transaction) {
    if (request_.dry_run) {
        session().send_waiting();  // rows that can't be recorded are found, too
        log::info("Running in dry-run mode, calling rollback");
        transaction.roll_back();
        return std::nullopt;
    }
    if (group.tenant.empty()) log::info("Running Apply, committing transaction");
    report("committing", nullptr, executions_of(group));
    auto failure = transaction.commit();
    if (!failure) return std::nullopt;
    if (failure->connection_lost) {
        const std::string lost =
            "the connection was lost while committing (" + failure->message + ")";
        if (took_place(group, lost)) return std::nullopt;
        *failure = Failure{
            .message = lost + ". The database was asked: it was rolled back",
            .connection_lost = true};
    }
    return GroupFailure{.schema = group.tenant, .failure = std::move(*failure)};
}

void GroupWorker::make_tenant() {
    const SchemaName& tenant = *request_.new_tenant;
    const std::string sql =
        dialect_.create_schema == nullptr ? std::string() : dialect_.create_schema(tenant);
    if (!sql.empty()) {
        // As a script, so that it is made by the role that the tenant's files run as.
        const script::Script script = dialect_.scan(sql, dialect_.lexis, true);
        const ScriptRun run{.step = 0, .text = sql, .script = &script};
        if (const auto failure = session().run_scripts({&run, 1})) {
            throw Error(
                failure->connection_lost ? ErrorKind::Unavailable : ErrorKind::MigrationFailed,
                "Create schema failed: " + describe(*failure)
            );
        }
        session().reset();
    }
    metadata().insert_tenant(tenant);
}

/// A worker among others asks once: it sends few messages for each tenant.
std::size_t GroupWorker::batch_limit() {
    if (batch_limit_ && !place_.alone) return *batch_limit_;
    const Options& options = facts_.work.options;
    std::size_t limit = options.batch_bytes;
    if (!options.batch_bytes_is_explicit && !dialect_.prefers_single_messages.empty() &&
        query_bool(session(), dialect_.prefers_single_messages)) {
        log::info("The database has event triggers: files are sent one a message");
        limit = 0;
    }
    batch_limit_ = limit;
    return limit;
}

std::optional<GroupFailure> GroupWorker::run_scripts(const Group& group) {
    const std::size_t limit = batch_limit();
    if (limit == 0) session().send_waiting();  // nor does a file share a message with ours
    Batch batch(session(), preparation_, limit, Batch::Records::Apart, [&](auto scripts) {
        return session().run_scripts(scripts);
    });
    // Short transactions beside others need no watch.
    const bool is_dry_fleet = request_.dry_run && facts_.atomicity() == Atomicity::Tenant;
    LockTable locks(
        session(), dialect_, place_.alone, is_dry_fleet ? kDryRunWayOut : LockTable::kWayOut
    );
    std::vector<MetadataRow> steps;
    steps.reserve(executions_of(group));
    std::optional<Failure> failure;
    const Migration* last = nullptr;
    for_each_execution(group, [&](const Migration& migration, const std::string& schema) {
        if (failure) return;
        stop_if_asked();
        log_execution(migration, schema);
        if (&migration != last && last != nullptr && place_.alone) progress_.next_file();
        if (&migration != last && is_for_tenants(migration.type)) locks.expect_more(steps.size());
        last = &migration;
        steps.push_back({&migration, &schema});
        report("applying", &migration, batch.sent());
        failure = batch.add(steps.size() - 1, migration, schema);
        if (failure || !locks.is_due(steps.size())) return;
        failure = batch.flush();
        if (!failure) locks.look(steps.size(), fmt::format("{} for {}", migration.file, schema));
    });
    if (!failure) failure = batch.flush();
    if (failure) {
        const MetadataRow& step = steps.at(failure->step);
        if (!failure->sqlstate.empty() && failure->sqlstate == dialect_.lock_room_sqlstate) {
            failure->hint += (failure->hint.empty() ? "" : "\n") + locks.advice();
        }
        return GroupFailure{step.migration, *step.schema, std::move(*failure)};
    }
    report("applying", nullptr, batch.sent());
    return std::nullopt;
}

void GroupWorker::stop_if_asked() const {
    if (facts_.work.lock.lost()) {
        const bool is_own = dialect_.works_on_lock_session;
        throw Error(
            is_own ? ErrorKind::Unavailable : ErrorKind::Locked,
            "the migration lock is gone: the connection that held it was lost"
        );
    }
    if (place_.stop.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped before its end");
}

void GroupWorker::record(const Group& group) {
    store::Metadata records = metadata();
    const std::string created = dialect_.now_created.empty() ? records.now() : std::string();
    std::vector<MetadataRow> rows;
    bool has_version = false;
    const auto write = [&] {
        if (rows.empty()) return;
        // A Go program on the same database can't list versions once one has no rows, so the
        // version goes in just before its rows, in their transaction.
        if (!has_version) records.insert_version(facts_.version_id, request_.version_name);
        has_version = true;
        session().insert_rows(facts_.version_id, created, rows);
        rows.clear();
    };
    for_each_execution(group, [&](const Migration& migration, const std::string& schema) {
        rows.push_back({&migration, &schema});
        if (rows.size() == kRowsAtOnce) write();
    });
    write();
    if (!group.finished.empty()) records.delete_tenant_states(group.finished);
}

void GroupWorker::log_execution(const Migration& migration, const std::string& schema) {
    if (!log::enabled(log::Level::Debug)) return;
    log::debug(fmt::format(
        "Applying migration type: {}, schema: {}, file: {}",
        static_cast<int>(migration.type),
        schema,
        migration.file
    ));
}

}  // namespace migrator::db::sql::apply
