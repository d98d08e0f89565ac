// Where DDL commits: each file is recorded and committed by itself, and its state row tells how far
// it has come.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/apply/application.hpp"
#include "db/sql/apply/batch.hpp"
#include "db/sql/apply/group_worker.hpp"
#include "db/sql/failure.hpp"

namespace migrator::db::sql::apply {
namespace {

constexpr std::size_t kRoomForRecords = 16'384;  // in a message, beside a file's contents

std::string said_of(const TenantState& state) {
    std::string text = fmt::format("{} of its statements are known to have run", state.statement);
    if (state.state == "failed") return text + ", the next one failed";
    if (!state.message.empty()) text += ". In doubt: " + state.message;
    return text;
}

}  // namespace

void Application::read_interrupted() {
    const store::MetadataShape shape = store::read_shape(session(), facts_.dialect);
    for (TenantState& state : metadata().tenant_states(shape)) {
        if (!state.file.empty()) facts_.interrupted.emplace(state.tenant, std::move(state));
    }
    if (facts_.request.resume_at_statement.value_or(0) > 0) check_resumed();
}

/// A statement's number means one file of one schema.
void Application::check_resumed() const {
    std::vector<std::string> resumed;
    for (const PlannedFile& file : facts_.plan.files) {
        for (const std::string& schema : *file.schemas) {
            const auto found = facts_.interrupted.find(tenant_of(*file.migration, schema));
            if (found == facts_.interrupted.end()) continue;
            if (found->second.file == file.migration->file) resumed.push_back(schema);
        }
    }
    if (resumed.size() < 2) return;
    throw Error(
        ErrorKind::InvalidRequest,
        fmt::format(
            "--resume-at-statement {}: {} files are unfinished, in {}, {}{}. Choose one tenant "
            "with --tenant; or leave the number out, and each goes on behind what is known to have "
            "run",
            *facts_.request.resume_at_statement,
            resumed.size(),
            resumed[0],
            resumed[1],
            resumed.size() > 2 ? ", …" : ""
        )
    );
}

void Application::check_sizes() {
    const std::size_t limit = session().max_message_bytes();
    if (limit == 0) return;
    for (const PlannedFile& file : facts_.plan.files) {
        const std::size_t size = file.migration->contents.size() + kRoomForRecords;
        if (size <= limit) continue;
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "SQL migration {} failed with error: the file has {} bytes, and the server takes "
                "messages of {} bytes (max_allowed_packet): raise that, or split the file. Nothing "
                "was run.",
                file.migration->file,
                file.migration->contents.size(),
                limit
            )
        );
    }
}

const TenantState* GroupWorker::interruption_of(
    const Migration& migration, const std::string& schema
) const {
    const auto found = facts_.interrupted.find(tenant_of(migration, schema));
    const bool same = found != facts_.interrupted.end() && found->second.file == migration.file;
    return same ? &found->second : nullptr;
}

RecordedScript GroupWorker::recorded(const ScriptRun& run, const MetadataRow& row) {
    RecordedScript script{.run = run, .row = row};
    script.tenant = tenant_of(*row.migration, *row.schema);
    const TenantState* state = interruption_of(*row.migration, *row.schema);
    if (state == nullptr) return script;
    script.is_interrupted = true;
    script.known_before = static_cast<std::size_t>(std::max<std::int64_t>(state->statement, 0));
    std::string text = fmt::format(
        "An earlier run was cut off in {}, schema {}: {}",
        row.migration->file,
        *row.schema,
        said_of(*state)
    );
    if (request_.resume_at_statement) {
        const std::size_t from = *request_.resume_at_statement;
        script.skipped = from == 0 ? script.known_before : from - 1;
        script.skipped = std::min(script.skipped, run.script->statements.size());
        text += fmt::format(". This run goes on at statement {}", script.skipped + 1);
        progress_.note(text);
        log::answered(log::Level::Warn, text);
    } else {
        log::warn(text + ". This run begins with its first statement");
    }
    return script;
}

std::optional<GroupFailure> GroupWorker::run_committing(const Group& group) {
    session().use_schemas(group.schemas);
    // The last execution for each tenant whose run is over with this group.
    std::unordered_map<std::string, std::size_t> last_of_tenant;
    for (const std::string& tenant : group.finished) last_of_tenant.emplace(tenant, 0);
    std::vector<MetadataRow> steps;
    for_each_execution(group, [&](const Migration& migration, const std::string& schema) {
        const auto last = last_of_tenant.find(tenant_of(migration, schema));
        if (last != last_of_tenant.end()) last->second = steps.size();
        steps.push_back({&migration, &schema});
    });
    const VersionRow version{facts_.version_id, request_.version_name};
    std::size_t counted = 0;
    const auto send = [&](std::span<const ScriptRun> runs) {
        std::vector<RecordedScript> scripts;
        scripts.reserve(runs.size());
        for (const ScriptRun& run : runs) {
            scripts.push_back(recorded(run, steps[run.step]));
            if (group.is_repeated && run.step == 0) scripts.back().is_interrupted = true;
            const auto last = last_of_tenant.find(scripts.back().tenant);
            scripts.back().ends_tenant = last != last_of_tenant.end() && last->second == run.step;
        }
        auto failure = session().run_recorded(version, scripts, facts_.settings());
        // Those before the one that failed are committed; after a lost connection nobody knows.
        std::size_t committed = scripts.size();
        if (failure) committed = failure->connection_lost ? 0 : failure->step - runs.front().step;
        for (std::size_t i = 0; i < committed; ++i) progress_.done(*scripts[i].row.migration);
        counted += committed;
        return failure;
    };
    Batch batch(
        session(), preparation_, facts_.work.options.batch_bytes, Batch::Records::WithScripts, send
    );
    std::optional<Failure> failure;
    for (std::size_t i = 0; i < steps.size() && !failure; ++i) {
        const auto [migration, schema] = steps[i];
        stop_if_asked();
        log_execution(*migration, *schema);
        const bool is_new = i > 0 && migration != steps[i - 1].migration;
        if (is_new && place_.alone) progress_.next_file();
        report("applying", migration, 0);
        failure = batch.add(i, *migration, *schema);
    }
    if (!failure) failure = batch.flush();
    if (!failure) return std::nullopt;
    if (failure->connection_lost && !place_.alone && !facts_.work.lock.lost()) {
        return look_at_the_records(group, steps, counted, std::move(*failure));
    }
    GroupFailure failed = failed_committing(steps.at(failure->step), std::move(*failure));
    failed.done = counted;
    return failed;
}

/// The connection of a worker among others was lost. Once the server's session has ended, the rows
/// tell what it has done; the first `counted` of `steps` are known. Nothing: it has done all.
std::optional<GroupFailure> GroupWorker::look_at_the_records(
    const Group& group, std::span<const MetadataRow> steps, std::size_t counted, Failure failure
) {
    std::size_t step = failure.step;
    try {
        session_ = reconnect(group);
        const auto is_recorded = [&](const MetadataRow& row) {
            return metadata().has_row(facts_.version_id, row.migration->file, *row.schema);
        };
        for (; counted < steps.size() && is_recorded(steps[counted]); ++counted) {
            progress_.done(*steps[counted].migration);
        }
        if (counted == steps.size()) {
            log::warn(fmt::format(
                "The connection was lost ({}), but tenant {} is done: the run goes on",
                failure.message,
                group.tenant
            ));
            return std::nullopt;
        }
        // What comes next may not have been sent.
        step = counted;
        if (step != failure.step) failure.statement = failure.line = 0;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Locked || place_.stop.stop_requested()) throw;
        failure.hint = error.what();
    }
    return failed_committing(steps[step], std::move(failure));
}

GroupFailure GroupWorker::failed_committing(const MetadataRow& step, Failure failure) {
    const auto add = [&](const std::string& hint) {
        failure.hint += (failure.hint.empty() ? "" : "\n") + hint;
    };
    if (failure.connection_lost) {
        add("what has run is recorded, statement by statement: when the database answers again, "
            "\"migrator status\" tells what is left, and the next apply goes on from there");
    } else if (failure.kept > 0) {
        add(fmt::format(
            "statements 1 to {} of the file have run and stay, as {} commits at each DDL "
            "statement. "
            "The next apply begins with the file's first statement; with --resume-at-statement it "
            "goes on behind these",
            failure.kept,
            dialect_.name
        ));
    }
    return {step.migration, *step.schema, std::move(failure)};
}

}  // namespace migrator::db::sql::apply
