#include "db/sql/apply/unit_end.hpp"

#include "core/log.hpp"
#include "db/sql/apply/lost_commit.hpp"
#include "db/sql/store/tenant_states.hpp"
#include "db/sql/store/versions.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::size_t kRowsAtOnce = 8'192;

}  // namespace

void lock_tenant_row(const Worker& worker, const Unit& unit) {
    if (!unit.tenant.empty()) store::TenantStates(worker.tables()).lock_row(unit.tenant);
}

void record(const Worker& worker, const Unit& unit) {
    const Context& context = worker.context;
    const store::Tables tables = worker.tables();
    const std::string created = context.dialect.now_created.empty() ? tables.now() : std::string();
    std::vector<MetadataRow> rows;
    bool has_version = false;
    const auto write = [&] {
        if (rows.empty()) return;
        // A Go program on the same database can't list versions once one has no rows, so the
        // version goes in just before its rows, in their transaction.
        if (!has_version) {
            store::Versions(tables).insert(context.version_id, context.request.version_name);
        }
        has_version = true;
        tables.session.insert_rows(context.version_id, created, rows);
        rows.clear();
    };
    for (const PlannedFile& file : unit.files) {
        for (const std::string& schema : *file.schemas) {
            rows.push_back({file.migration, &schema});
            if (rows.size() == kRowsAtOnce) write();
        }
    }
    write();
    if (!unit.finished.empty()) store::TenantStates(tables).remove(unit.finished);
}

std::optional<UnitFailure> end(const Worker& worker, const Unit& unit, Transaction& transaction) {
    if (worker.context.request.dry_run) {
        worker.session->send_waiting();  // rows that can't be recorded are found, too
        log::info("Running in dry-run mode, calling rollback");
        transaction.roll_back();
        return std::nullopt;
    }
    if (unit.tenant.empty()) log::info("Running Apply, committing transaction");
    worker.report("committing", nullptr, executions_of(unit.files));
    auto failure = [&] {
        const Observed committing = worker.doing("committing");
        return transaction.commit();
    }();
    if (!failure) return std::nullopt;
    if (failure->connection_lost) {
        const std::string lost =
            "the connection was lost while committing (" + failure->message + ")";
        try {
            if (LostCommit(worker, unit).took_place(lost)) return std::nullopt;
        } catch (const Error& error) {
            return UnitFailure{.schema = unit.tenant, .error = error, .outcome_unknown = true};
        }
        *failure = Failure{
            .message = lost + "; the database reports that the transaction was rolled back",
            .connection_lost = true};
    }
    const bool is_one_file = worker.context.atomicity() == Atomicity::File;
    const PlannedFile* file = is_one_file ? only_execution(unit) : nullptr;
    if (file == nullptr) return UnitFailure{.schema = unit.tenant, .failure = std::move(*failure)};
    return UnitFailure{file->migration, file->schemas->front(), std::move(*failure)};
}

}  // namespace migrator::db::sql::apply
