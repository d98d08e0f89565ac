#include "db/sql/apply/in_transaction.hpp"

#include <fmt/format.h>

#include "core/log.hpp"
#include "db/sql/apply/batch.hpp"
#include "db/sql/apply/checks.hpp"
#include "db/sql/apply/lock_table.hpp"
#include "db/sql/apply/own_tables.hpp"
#include "db/sql/apply/unit_end.hpp"
#include "db/sql/own_sql.hpp"
#include "db/sql/store/migration_rows.hpp"
#include "db/sql/store/versions.hpp"
#include "db/sql/transaction.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::string_view kDryRunWayOut =
    "a dry run is always one transaction; choose fewer tenants (--canary, --tenant), or increase "
    "max_locks_per_transaction";

}  // namespace

std::optional<UnitFailure> InTransaction::run(const Unit& unit) {
    const Context& context = worker_.context;
    const auto& tenant = context.request.new_tenant;
    const bool runs = context.request.action == Action::Apply;
    std::vector<std::string> schemas = runs ? unit.schemas : std::vector<std::string>{};
    if (tenant && !runs) schemas = {tenant->str()};
    worker_.session->use_schemas(schemas);
    Transaction transaction(*worker_.session, context.settings(), context.run_id);
    lock_tenant_row(worker_, unit);
    if (unit.makes_tenant) context.make_tenant(*worker_.session);
    if (runs) {
        if (auto failed = run_scripts(unit)) {
            transaction.roll_back();
            return failed;
        }
    }
    worker_.report("recording", nullptr, executions_of(unit.files));
    {
        const Observed recording = worker_.doing("recording");
        worker_.session->reset();
        if (runs) forbid_own_tables(unit);
        record(worker_, unit);
    }
    if (kept_ != nullptr) *kept_ = read_recorded();
    worker_.stop_if_asked();  // from here on a cancel comes too late
    if (auto failed = end(worker_, unit, transaction)) return failed;
    context.progress.done(worker_.number, unit);
    return std::nullopt;
}

/// What the text shows was refused before anything ran. The others pay nothing.
void InTransaction::forbid_own_tables(const Unit& unit) const {
    const Context& context = worker_.context;
    const bool may_have = may_have_done_more_ || context.keeps_state() ||
                          context.names_own_tables || context.stateful_code.may_reach_own_tables();
    if (!may_have || unit.files.empty()) return;
    const Migration& first = *unit.files.front().migration;
    const Migration& last = *unit.files.back().migration;
    worker_.session->forbid_own_tables(
        unit.makes_tenant,
        fmt::format(
            "SQL migration {}{} failed with error: code that it runs (a function, a trigger or a "
            "statement made at run time) {}. The transaction was rolled back",
            first.file,
            unit.files.size() == 1 ? std::string() : " or a file behind it, up to " + last.file,
            kOwnTablesAdvice
        )
    );
}

RolledBack InTransaction::read_recorded() const {
    const std::int64_t id = worker_.context.version_id;
    const store::Tables tables = worker_.tables();
    const store::MetadataShape shape = store::read_shape(tables.session, tables.dialect);
    RolledBack recorded;
    recorded.version = store::Versions(tables).list(shape, {.id = id}).at(0);
    const RowsWanted wanted{.version_id = id};
    const auto rows = store::MigrationRows(tables).open(shape, wanted);
    for (Row row; rows->next(row);) {
        store::MigrationRows::take(row, wanted.columns, recorded.rows.emplace_back());
    }
    return recorded;
}

/// A worker among others asks once: it sends few messages for each tenant.
std::size_t InTransaction::batch_limit() {
    if (batch_limit_ && !worker_.alone) return *batch_limit_;
    const Options& options = worker_.context.options;
    if (worker_.context.atomicity() == Atomicity::File) return 0;  // nothing is joined
    const std::string_view prefers_single = worker_.context.dialect.prefers_single_messages;
    std::size_t limit = options.batch_bytes;
    if (!options.batch_bytes_is_explicit && !prefers_single.empty() &&
        query_bool(*worker_.session, prefers_single)) {
        log::info("The database has event triggers; files are sent one at a time");
        limit = 0;
    }
    batch_limit_ = limit;
    return limit;
}

std::optional<UnitFailure> InTransaction::run_scripts(const Unit& unit) {
    const Context& context = worker_.context;
    Session& session = *worker_.session;
    const std::size_t limit = batch_limit();
    if (limit == 0) session.send_waiting();  // nor does a file share a message with ours
    const bool logs = log::enabled(log::Level::Debug);
    std::vector<MetadataRow> steps;
    steps.reserve(executions_of(unit.files));
    const auto send = [&](auto scripts) {
        worker_.stop_if_asked();
        return session.run_scripts(scripts);
    };
    const auto check = [&](const PreparedScript& prepared, std::size_t step) {
        worker_.stop_if_asked();
        return Checker(session, context.dialect, context.settings().role)
            .failure_of(prepared, step);
    };
    Batch batch(
        session, context.scripts, limit, Batch::Records::Apart, send, check, context.leftovers()
    );
    // Short transactions beside others need no watch.
    const bool is_dry_fleet = context.request.dry_run && context.atomicity() == Atomicity::Tenant;
    LockTable locks(
        session, context.dialect, worker_.alone, is_dry_fleet ? kDryRunWayOut : LockTable::kWayOut
    );
    std::optional<Failure> failure;
    std::size_t reported = 0;
    for_each_execution(unit, [&](const Migration& migration, const std::string& schema) {
        if (failure) return;
        if (logs) log_execution(migration, schema);
        const bool is_new = steps.empty() || steps.back().migration != &migration;
        if (is_new && is_for_tenants(migration.type)) locks.expect_more(steps.size());
        if (is_new || batch.sent() != reported) {
            reported = batch.sent();
            const bool is_next = is_new && !steps.empty() && worker_.alone;
            worker_.report("applying", &migration, reported, is_next ? 1 : 0);
        }
        steps.push_back({&migration, &schema});
        failure = batch.add(steps.size() - 1, migration, schema);
        if (failure || !locks.is_due(steps.size())) return;
        failure = batch.settle();
        if (!failure) locks.look(steps.size(), fmt::format("{} for {}", migration.file, schema));
    });
    if (!failure) failure = batch.flush();
    if (failure) {
        const MetadataRow& step = steps.at(failure->step);
        if (!failure->sqlstate.empty() && failure->sqlstate == context.dialect.lock_room_sqlstate) {
            failure->hint += (failure->hint.empty() ? "" : "\n") + locks.advice();
        }
        return UnitFailure{step.migration, *step.schema, std::move(*failure)};
    }
    may_have_done_more_ = batch.may_have_done_more();
    worker_.report("applying", nullptr, batch.sent());
    return std::nullopt;
}

}  // namespace migrator::db::sql::apply
