#include "db/sql/apply/run_progress.hpp"

#include <numeric>
#include <utility>

namespace migrator::db::sql::apply {

std::size_t executions_of(const Group& group) {
    std::size_t executions = 0;
    for (const PlannedFile& file : group.files) executions += file.schemas->size();
    return executions;
}

RunProgress::RunProgress(const Plan& plan, ProgressSink sink, bool commits)
    : plan_(plan), sink_(std::move(sink)), commits_(commits), by_file_(plan.files.size()) {
    now_.files = plan.files.size();
    now_.tenants = plan.tenants.size();
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        positions_.emplace(plan.files[i].migration, i);
    }
}

void RunProgress::plan_executions(std::size_t executions) {
    const std::lock_guard lock(mutex_);
    now_.executions += executions;
}

void RunProgress::report(
    std::size_t worker, std::string_view phase, const Migration* file, std::size_t sent
) {
    if (!sink_) return;
    const std::lock_guard lock(mutex_);
    if (sent_.size() <= worker) sent_.resize(worker + 1);
    sent_[worker] = sent;
    now_.phase = phase;
    now_.file = file == nullptr ? std::string() : file->name;
    Progress shown = now_;
    shown.executions_done = std::accumulate(sent_.begin(), sent_.end(), now_.executions_done);
    sink_(shown);
}

void RunProgress::next_file() {
    const std::lock_guard lock(mutex_);
    ++now_.files_done;
}

void RunProgress::done(std::size_t worker, const Group& group) {
    const std::lock_guard lock(mutex_);
    if (worker < sent_.size()) sent_[worker] = 0;
    for (const PlannedFile& file : group.files) {
        now_.executions_done += file.schemas->size();
        const auto position = positions_.find(file.migration);
        if (position != positions_.end()) by_file_[position->second] += file.schemas->size();
    }
}

void RunProgress::done(const Migration& file) {
    const std::lock_guard lock(mutex_);
    ++now_.executions_done;
    const auto position = positions_.find(&file);
    if (position != positions_.end()) ++by_file_[position->second];
}

void RunProgress::note(const std::string& text) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(text);
}

std::vector<std::string> RunProgress::notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
}

void RunProgress::tenants_done(std::size_t tenants) {
    const std::lock_guard lock(mutex_);
    now_.tenants_done += tenants;
}

void RunProgress::tenant_failed() {
    const std::lock_guard lock(mutex_);
    ++now_.tenants_failed;
}

std::size_t RunProgress::planned() const {
    const std::lock_guard lock(mutex_);
    return now_.executions;
}

std::size_t RunProgress::committed() const {
    const std::lock_guard lock(mutex_);
    return commits_ ? now_.executions_done : 0;
}

std::vector<std::size_t> RunProgress::committed_by_file() const {
    const std::lock_guard lock(mutex_);
    return by_file_;
}

}  // namespace migrator::db::sql::apply
