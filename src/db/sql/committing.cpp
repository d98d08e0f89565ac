// Where DDL commits: each file is recorded and committed by itself, and its state row tells how far
// it has come.
#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/application.hpp"
#include "db/sql/batch.hpp"
#include "db/sql/failure.hpp"

namespace migrator::db::sql {
namespace {

constexpr std::size_t kRoomForRecords = 16'384;  // in a message, beside a file's contents

std::string tenant_of(const Migration& migration, const std::string& schema) {
    return is_for_tenants(migration.type) ? schema : std::string();
}

std::string said_of(const TenantState& state) {
    std::string text = fmt::format("{} of its statements are known to have run", state.statement);
    if (state.state == "failed") return text + ", the next one failed";
    if (!state.message.empty()) text += ". In doubt: " + state.message;
    return text;
}

}  // namespace

void Application::read_interrupted() {
    const MetadataShape shape = read_shape(session(), dialect_);
    for (TenantState& state : metadata().tenant_states(shape)) {
        if (!state.file.empty()) interrupted_.emplace(state.tenant, std::move(state));
    }
}

const TenantState* Application::interruption_of(
    const Migration& migration, const std::string& schema
) const {
    const auto found = interrupted_.find(tenant_of(migration, schema));
    const bool same = found != interrupted_.end() && found->second.file == migration.file;
    return same ? &found->second : nullptr;
}

RecordedScript Application::recorded(
    const ScriptRun& run, const MetadataRow& row, std::size_t position
) {
    RecordedScript script{.run = run, .row = row};
    script.tenant = tenant_of(*row.migration, *row.schema);
    script.ends_tenant = last_of_tenant_.at(script.tenant) == position;
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
        result_.notes.push_back(text);
    } else {
        text += ". This run begins with its first statement";
    }
    log::warn(text);
    return script;
}

void Application::number_executions(const std::vector<Group>& groups) {
    std::size_t position = 0;
    for (const Group& group : groups) {
        for (const PlannedFile& file : group.files) {
            for (const std::string& schema : *file.schemas) {
                last_of_tenant_[tenant_of(*file.migration, schema)] = position++;
            }
        }
    }
}

void Application::run_committing(const Group& group) {
    session().use_schemas(group.schemas);
    std::vector<MetadataRow> steps;
    const std::size_t first = progress_.executions_done;
    const VersionRow version{version_id_, request_.version_name};
    std::size_t done = 0;
    const auto send = [&](std::span<const ScriptRun> runs) {
        std::vector<RecordedScript> scripts;
        scripts.reserve(runs.size());
        for (const ScriptRun& run : runs) {
            scripts.push_back(recorded(run, steps[run.step], first + run.step));
        }
        auto failure = session().run_recorded(version, scripts, settings());
        // Those before the one that failed are committed; after a lost connection nobody knows.
        std::size_t committed = scripts.size();
        if (failure) committed = failure->connection_lost ? 0 : failure->step - runs.front().step;
        done += committed;
        committed_ += committed;
        return failure;
    };
    Batch batch(
        session(), preparation_, work_.options.batch_bytes, Batch::Records::WithScripts, send
    );
    std::optional<Failure> failure;
    const Migration* last = nullptr;
    for (const PlannedFile& file : group.files) {
        for (const std::string& schema : *file.schemas) {
            stop_if_asked();
            log_execution(*file.migration, schema);
            if (file.migration != last && last != nullptr) ++progress_.files_done;
            last = file.migration;
            steps.push_back({file.migration, &schema});
            report("applying", file.migration, done);
            failure = batch.add(steps.size() - 1, *file.migration, schema);
            if (failure) break;
        }
        if (failure) break;
    }
    if (!failure) failure = batch.flush();
    if (failure) fail_committing(steps.at(failure->step), std::move(*failure));
    progress_.executions_done += done;
}

void Application::fail_committing(const MetadataRow& step, Failure failure) {
    const auto add = [&](const std::string& hint) {
        failure.hint += (failure.hint.empty() ? "" : "\n") + hint;
    };
    if (failure.connection_lost) {
        add("what has run is recorded, statement by statement: when the database answers again, "
            "\"migrator status\" tells what is left, and the next apply goes on from there");
        throw script_error(*step.migration, *step.schema, failure);
    }
    if (failure.kept > 0) {
        add(fmt::format(
            "statements 1 to {} of the file have run and stay, as {} commits at each DDL "
            "statement. "
            "The next apply begins with the file's first statement; with --resume-at-statement it "
            "goes on behind these",
            failure.kept,
            dialect_.name
        ));
    }
    fail(*step.migration, *step.schema, failure);
}

void Application::check_sizes() const {
    const std::size_t limit = work_.session->max_message_bytes();
    if (limit == 0) return;
    for (const PlannedFile& file : plan_.files) {
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

}  // namespace migrator::db::sql
