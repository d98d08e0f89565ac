#include "coordinator/detached_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "core/json_text.hpp"
#include "core/log.hpp"
#include "core/secrets.hpp"

namespace migrator::coordinator {
namespace {

std::string long_statements_json(const Progress& progress) {
    std::string json;
    for (const LongStatement& statement : progress.long_statements) {
        json += (json.empty() ? "" : ",") + statement_json(statement);
    }
    return json.empty() ? json : R"(,"longStatements":[)" + json + "]";
}

std::string texts_json(const std::vector<std::string>& texts, std::size_t most) {
    std::string json;
    for (std::size_t i = 0; i < std::min(texts.size(), most); ++i) {
        json += (json.empty() ? "" : ",") + json_string(texts[i]);
    }
    return "[" + json + "]";
}

std::string share_text(const Share& share) {
    return std::to_string(share.value) + (share.is_percent ? "%" : "");
}

std::string selection_json(const plan::Selection& tenants) {
    constexpr std::size_t kNamesShown = 100;
    std::string json;
    if (!tenants.names.empty()) {
        json += fmt::format(
            R"(,"tenants":{},"tenantsTotal":{})",
            texts_json(tenants.names, kNamesShown),
            tenants.names.size()
        );
    }
    if (tenants.canary) json += R"(,"canary":)" + json_string(share_text(*tenants.canary));
    if (!tenants.waves.empty()) {
        std::vector<std::string> waves;
        for (const Share& wave : tenants.waves) waves.push_back(share_text(wave));
        json += R"(,"waves":)" + texts_json(waves, waves.size());
    }
    return "{" + (json.empty() ? json : json.substr(1)) + "}";
}

std::string details_json(const RunDetails& details) {
    return fmt::format(
        R"(,"versionName":{},"dryRun":{},"action":"{}","askedBy":{},"selection":{})",
        json_string(details.version_name),
        details.dry_run,
        details.action == Action::Sync ? "sync" : "apply",
        details.asked_by.empty() ? "null" : json_string(details.asked_by),
        selection_json(details.tenants)
    );
}

std::string group_json(const plan::FailureGroup& group) {
    return fmt::format(
        R"({{"message":{},"sqlstate":{},"file":{},"statement":{},"count":{},"tenants":{}}})",
        json_string(group.message),
        json_string(group.sqlstate),
        json_string(group.file),
        group.statement,
        group.count,
        texts_json(group.tenants, group.tenants.size())
    );
}

std::string failures_json(const plan::FailureGroups& failures) {
    if (failures.groups().empty()) return {};
    std::string json;
    for (const plan::FailureGroup& group : failures.groups()) {
        json += (json.empty() ? "" : ",") + group_json(group);
    }
    return fmt::format(R"(,"failures":[{}],"failuresLeftOut":{})", json, failures.left_out());
}

std::string progress_json(const Progress& progress) {
    const std::string about =
        progress.about.empty() ? "" : R"(,"about":)" + json_string(progress.about);
    const std::string file =
        progress.file.empty() ? "" : R"(,"file":)" + json_string(progress.file);
    const std::string wave = progress.waves == 0
                                 ? ""
                                 : fmt::format(
                                       R"(,"wave":{},"waves":{},"waveBegin":{},"waveEnd":{})",
                                       progress.wave,
                                       progress.waves,
                                       progress.wave_begin,
                                       progress.wave_end
                                   );
    return fmt::format(
        R"("phase":"{}"{},"files":{},"filesDone":{},"tenants":{},"tenantsDone":{},)"
        R"("tenantsFailed":{},"executions":{},"executionsDone":{}{}{}{})",
        progress.phase,
        about,
        progress.files,
        progress.files_done,
        progress.tenants,
        progress.tenants_done,
        progress.tenants_failed,
        progress.executions,
        progress.executions_done,
        file,
        wave,
        long_statements_json(progress)
    );
}

}  // namespace

void DetachedRun::progressed(const Progress& progress) {
    const std::lock_guard lock(mutex_);
    if (run_.ended) return;
    progress_ = progress;
    for (TenantFailure& failure : progress_.failed_now) {
        failure.message = secrets::hidden(failure.message);
        failures_.add(failure);
    }
    events_.progressed(progress_);
    progress_.done_now.clear();
    progress_.failed_now.clear();
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
    progress_.file.clear();
    progress_.long_statements.clear();
    events_.ended(run_.state, status);
    if (run_.state == "done") {
        progress_.files_done = progress_.files;
        progress_.tenants_done = progress_.tenants;
        progress_.executions_done = progress_.executions;
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

void DetachedRun::describe(RunDetails details) {
    const std::lock_guard lock(mutex_);
    details_ = std::move(details);
}

RunEvents::Since DetachedRun::events_since(std::uint64_t since) const {
    const std::lock_guard lock(mutex_);
    return events_.since(since);
}

db::RunRecord DetachedRun::snapshot() const {
    const std::lock_guard lock(mutex_);
    db::RunRecord run = run_;
    run.progress = fmt::format(
        R"({{{}{}{},"seq":{}}})",
        progress_json(progress_),
        failures_json(failures_),
        details_ ? details_json(*details_) : "",
        events_.newest()
    );
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
