#include "coordinator/detached_run.hpp"

#include <fmt/format.h>

#include <exception>

#include "core/json_text.hpp"
#include "core/log.hpp"

namespace migrator::coordinator {
namespace {

/// What the server does not say is left out.
std::string blocker_json(const Blocker& blocker) {
    std::string json = fmt::format(R"({{"session":{})", json_string(blocker.session));
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) json += fmt::format(R"(,"{}":{})", name, json_string(value));
    };
    add("user", blocker.user);
    add("address", blocker.address);
    add("program", blocker.program);
    if (blocker.since) json += fmt::format(R"(,"seconds":{})", blocker.since->count());
    add("state", blocker.state);
    add("statement", blocker.statement);
    if (blocker.is_ours) json += R"(,"ofThisRun":true)";
    return json + "}";
}

std::string wait_json(const Wait& wait) {
    std::string blockers;
    for (const Blocker& blocker : wait.blockers) {
        blockers += (blockers.empty() ? "" : ",") + blocker_json(blocker);
    }
    return fmt::format(
        R"({{"what":{},"guess":{},"sessions":[{}]}})",
        json_string(wait.what),
        wait.is_guess,
        blockers
    );
}

std::string statement_json(const LongStatement& statement) {
    return fmt::format(
        R"({{"file":{},"schema":{},"line":{},"statement":{},"since":{}{}}})",
        json_string(statement.file),
        json_string(statement.schema),
        statement.line,
        json_string(statement.statement.empty() ? statement.about : statement.statement),
        json_string(format_rfc3339(std::chrono::floor<std::chrono::seconds>(statement.since))),
        statement.wait ? R"(,"waitsFor":)" + wait_json(*statement.wait) : ""
    );
}

std::string long_statements_json(const Progress& progress) {
    std::string json;
    for (const LongStatement& statement : progress.long_statements) {
        json += (json.empty() ? "" : ",") + statement_json(statement);
    }
    return json.empty() ? json : R"(,"longStatements":[)" + json + "]";
}

std::string progress_json(const Progress& progress) {
    const std::string about =
        progress.about.empty() ? "" : R"(,"about":)" + json_string(progress.about);
    return fmt::format(
        R"({{"phase":"{}"{},"files":{},"filesDone":{},"tenants":{},"tenantsDone":{},)"
        R"("tenantsFailed":{}{}}})",
        progress.phase,
        about,
        progress.files,
        progress.files_done,
        progress.tenants,
        progress.tenants_done,
        progress.tenants_failed,
        long_statements_json(progress)
    );
}

}  // namespace

void DetachedRun::progressed(const Progress& progress) {
    const std::lock_guard lock(mutex_);
    if (run_.ended) return;
    progress_ = progress;
    run_.state = progress.phase == "waiting" ? "waiting" : "running";
}

void DetachedRun::work_was_cancelled() {
    const std::lock_guard lock(mutex_);
    work_was_cancelled_ = true;
}

void DetachedRun::finish(int status, std::string answer, TimePoint now) {
    constexpr int kFirstError = 400;
    const std::lock_guard lock(mutex_);
    const bool failed = status >= kFirstError;
    const bool cancelled = work_was_cancelled_ || (failed && stop_.stop_requested());
    run_.status = status;
    run_.answer = std::move(answer);
    run_.ended = now;
    run_.state = cancelled ? "cancelled" : failed ? "failed" : "done";
    progress_.phase = run_.state;
    progress_.about.clear();
    progress_.long_statements.clear();
    if (run_.state == "done") {
        progress_.files_done = progress_.files;
        progress_.tenants_done = progress_.tenants;
    }
}

void DetachedRun::cancel() {
    {
        const std::lock_guard lock(mutex_);
        if (run_.ended) return;
        end_wanted_ = true;
    }
    stop_.request_stop();
}

db::RunRecord DetachedRun::snapshot() const {
    const std::lock_guard lock(mutex_);
    db::RunRecord run = run_;
    run.progress = progress_json(progress_);
    if (end_wanted_ && !run.ended) run.state = "cancelling";
    return run;
}

bool DetachedRun::has_ended() const {
    const std::lock_guard lock(mutex_);
    return run_.ended.has_value();
}

bool DetachedRun::write(db::RunRecords& records) {
    const std::lock_guard write_lock(writing_);
    const db::RunRecord run = snapshot();
    try {
        if (records.update(run)) cancel();
        warned_ = false;
        return run.ended.has_value();
    } catch (const std::exception& error) {
        if (!warned_) {
            log::warn(
                fmt::format("Run {}: could not write the state, retrying: {}", run.id, error.what())
            );
        }
        warned_ = true;
        return false;
    }
}

}  // namespace migrator::coordinator
