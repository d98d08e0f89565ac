#include "coordinator/detached_run.hpp"

#include <fmt/format.h>

#include <exception>

#include "core/log.hpp"

namespace migrator::coordinator {
namespace {

std::string progress_json(const Progress& progress) {
    return fmt::format(
        R"({{"phase":"{}","files":{},"filesDone":{},"tenants":{},"tenantsDone":{},)"
        R"("tenantsFailed":{}}})",
        progress.phase,
        progress.files,
        progress.files_done,
        progress.tenants,
        progress.tenants_done,
        progress.tenants_failed
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
