#include "db/sql/apply/recorded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/count_of.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/apply/checks.hpp"
#include "db/sql/apply/lost_commit.hpp"
#include "db/sql/store/migration_rows.hpp"

namespace migrator::db::sql::apply {
namespace {

std::string said_of(const TenantState& state) {
    std::string text = count_of(state.statement, "statement", "statements") + " known to have run";
    if (state.state == "failed") return text + ", the next one failed";
    if (!state.message.empty()) text += ". In doubt: " + state.message;
    return text;
}

}  // namespace

RecordedScript Recorded::with_records(const ScriptRun& run, const MetadataRow& row) const {
    const Context& context = worker_.context;
    RecordedScript script{.run = run, .row = row};
    script.tenant = tenant_of(*row.migration, *row.schema);
    const TenantState* state = context.interruptions.of(*row.migration, *row.schema);
    if (state == nullptr) return script;
    script.is_interrupted = true;
    script.known_before = static_cast<std::size_t>(std::max<std::int64_t>(state->statement, 0));
    std::string text = fmt::format(
        "An earlier run was interrupted in {}, schema {}: {}",
        row.migration->file,
        *row.schema,
        said_of(*state)
    );
    if (context.request.resume_at_statement) {
        const std::size_t from = *context.request.resume_at_statement;
        script.skipped = from == 0 ? script.known_before : from - 1;
        script.skipped = std::min(script.skipped, run.script->statements.size());
        text += fmt::format(". This run resumes at statement {}", script.skipped + 1);
        context.progress.note(text);
        log::answered(log::Level::Warn, text);
    } else {
        log::warn(text + ". This run starts at its first statement");
    }
    return script;
}

std::optional<UnitFailure> Recorded::run(const Unit& unit) {
    const Context& context = worker_.context;
    worker_.connect_again();
    worker_.session->use_schemas(unit.schemas);
    // The last execution for each tenant whose run is over with this unit.
    std::unordered_map<std::string, std::size_t> last_of_tenant;
    for (const std::string& tenant : unit.finished) last_of_tenant.emplace(tenant, 0);
    std::vector<MetadataRow> steps;
    for_each_execution(unit, [&](const Migration& migration, const std::string& schema) {
        const auto last = last_of_tenant.find(tenant_of(migration, schema));
        if (last != last_of_tenant.end()) last->second = steps.size();
        steps.push_back({&migration, &schema});
    });
    const VersionRow version{context.version_id, context.request.version_name};
    std::size_t counted = 0;
    const auto send = [&](std::span<const ScriptRun> runs) {
        worker_.stop_if_asked();
        std::vector<RecordedScript> scripts;
        scripts.reserve(runs.size());
        for (const ScriptRun& run : runs) {
            scripts.push_back(with_records(run, steps[run.step]));
            if (unit.is_repeated && run.step == 0) scripts.back().is_interrupted = true;
            const auto last = last_of_tenant.find(scripts.back().tenant);
            scripts.back().ends_tenant = last != last_of_tenant.end() && last->second == run.step;
        }
        auto failure = worker_.session->run_recorded(version, scripts, context.settings());
        // Those before the one that failed are committed; after a lost connection nobody knows.
        std::size_t committed = scripts.size();
        if (failure) committed = failure->connection_lost ? 0 : failure->step - runs.front().step;
        for (std::size_t i = 0; i < committed; ++i) {
            context.progress.done(*scripts[i].row.migration);
        }
        counted += committed;
        return failure;
    };
    const auto check = [&](const PreparedScript& prepared, std::size_t step) {
        return run_checks(steps[step], prepared, step);
    };
    Batch batch(
        *worker_.session,
        context.scripts,
        context.options.batch_bytes,
        Batch::Records::WithScripts,
        send,
        check,
        context.leftovers()
    );
    const bool logs = log::enabled(log::Level::Debug);
    std::optional<Failure> failure;
    std::size_t reported = 0;
    for (std::size_t i = 0; i < steps.size() && !failure; ++i) {
        const auto [migration, schema] = steps[i];
        if (logs) log_execution(*migration, *schema);
        const bool is_next = i > 0 && migration != steps[i - 1].migration;
        if (i == 0 || is_next || counted != reported) {
            reported = counted;
            worker_.report("applying", migration, 0, is_next && worker_.alone ? 1 : 0);
        }
        failure = batch.add(i, *migration, *schema);
    }
    if (!failure) failure = batch.flush();
    if (!failure || !failure->connection_lost) leave_nothing(batch, failure.has_value());
    if (!failure) return std::nullopt;
    if (failure->connection_lost && !worker_.alone && !context.lock.lost()) {
        return look_at_the_records(unit, steps, counted, std::move(*failure));
    }
    UnitFailure result = failed(steps.at(failure->step), std::move(*failure));
    result.done = counted;
    return result;
}

/// A file that goes on behind its first statements may have made its own checks false.
std::optional<Failure> Recorded::run_checks(
    const MetadataRow& row, const PreparedScript& prepared, std::size_t step
) const {
    worker_.stop_if_asked();
    const Context& context = worker_.context;
    if (context.request.resume_at_statement &&
        context.interruptions.of(*row.migration, *row.schema) != nullptr) {
        return std::nullopt;
    }
    return check_apart(*worker_.session, context.dialect, context.settings(), prepared, step);
}

/// What the scripts have left must not reach the next unit. The records are written: whatever
/// becomes of the session, who needs it next finds it lost.
void Recorded::leave_nothing(Batch& batch, bool has_failed) const {
    if (worker_.context.keeps_state()) return;
    try {
        if (has_failed) {
            worker_.session->reset();
        } else {
            batch.settle();
        }
    } catch (const Error& error) {
        log::warn(std::string("Could not open another session: ") + error.what());
    }
}

/// The connection of a worker among others was lost. Once the server's session has ended, the rows
/// tell what it has done; the first `counted` of `steps` are known. Nothing: it has done all.
std::optional<UnitFailure> Recorded::look_at_the_records(
    const Unit& unit, std::span<const MetadataRow> steps, std::size_t counted, Failure failure
) {
    const Context& context = worker_.context;
    std::size_t step = failure.step;
    try {
        worker_.session = LostCommit(worker_, unit).reconnect();
        store::MigrationRows rows(worker_.tables());
        const auto is_recorded = [&](const MetadataRow& row) {
            return rows.has(context.version_id, row.migration->file, *row.schema);
        };
        for (; counted < steps.size() && is_recorded(steps[counted]); ++counted) {
            context.progress.done(*steps[counted].migration);
        }
        if (counted == steps.size()) {
            log::warn(fmt::format(
                "The connection was lost ({}), but tenant {} is done, and the run continues",
                failure.message,
                unit.tenant
            ));
            return std::nullopt;
        }
        // What comes next may not have been sent.
        step = counted;
        if (step != failure.step) failure.statement = failure.line = 0;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Locked || worker_.stop.stop_requested()) throw;
        failure.hint = error.what();
    }
    return failed(steps[step], std::move(failure));
}

UnitFailure Recorded::failed(const MetadataRow& step, Failure failure) const {
    const auto add = [&](const std::string& hint) {
        failure.hint += (failure.hint.empty() ? "" : "\n") + hint;
    };
    if (failure.connection_lost) {
        add("progress is recorded statement by statement; when the database is back, \"migrator "
            "status\" shows what remains, and the next apply resumes there");
    } else if (failure.kept > 0) {
        add(fmt::format(
            "statements 1 to {} of the file are committed, because {} commits at each DDL "
            "statement. The next apply starts at the first statement of the file; with "
            "--resume-at-statement, it resumes after these",
            failure.kept,
            worker_.context.dialect.name
        ));
    }
    return {step.migration, *step.schema, std::move(failure)};
}

}  // namespace migrator::db::sql::apply
