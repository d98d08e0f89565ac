#include "coordinator/long_run_here.hpp"

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

void LongRuns::Active::progressed(const Progress& progress) {
    const std::lock_guard lock(mutex_);
    if (run_.ended) return;
    progress_ = progress;
    run_.state = progress.phase == "waiting" ? "waiting" : "running";
}

void LongRuns::Active::finish(int status, std::string answer, bool cancelled, TimePoint now) {
    constexpr int kFirstError = 400;
    const std::lock_guard lock(mutex_);
    run_.status = status;
    run_.answer = std::move(answer);
    run_.ended = now;
    run_.state = cancelled ? "cancelled" : status < kFirstError ? "done" : "failed";
    progress_.phase = run_.state;
    if (run_.state == "done") {
        progress_.files_done = progress_.files;
        progress_.tenants_done = progress_.tenants;
    }
}

void LongRuns::Active::cancel() {
    {
        const std::lock_guard lock(mutex_);
        if (run_.ended) return;
        cancelled_ = true;
    }
    stop_.request_stop();
}

db::StoredRun LongRuns::Active::snapshot() const {
    const std::lock_guard lock(mutex_);
    return stored();
}

db::StoredRun LongRuns::Active::stored() const {
    db::StoredRun run = run_;
    run.progress = progress_json(progress_);
    if (cancelled_ && !run.ended) run.state = "cancelling";
    return run;
}

bool LongRuns::Active::has_ended() const {
    const std::lock_guard lock(mutex_);
    return run_.ended.has_value();
}

bool LongRuns::Active::write(db::Connector& connector) {
    const std::lock_guard write_lock(writing_);
    const db::StoredRun run = snapshot();
    try {
        if (connector.update_run(run)) cancel();
        warned_ = false;
        return run.ended.has_value();
    } catch (const std::exception& error) {
        if (!warned_) {
            log::warn(fmt::format(
                "Run {}: its state could not be written and will be tried again: {}",
                run.id,
                error.what()
            ));
        }
        warned_ = true;
        return false;
    }
}

}  // namespace migrator::coordinator
