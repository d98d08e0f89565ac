#include "db/sql/apply/shared_progress.hpp"

#include <numeric>
#include <utility>

namespace migrator::db::sql::apply {

SharedProgress::SharedProgress(const Plan& plan, ProgressSink sink, bool commits)
    : sink_(std::move(sink)), commits_(commits), by_file_(plan.files.size()) {
    now_.files = plan.files.size();
    now_.tenants = plan.tenants.size();
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        positions_.emplace(plan.files[i].migration, i);
    }
}

void SharedProgress::plan_executions(std::size_t executions) {
    const std::lock_guard lock(mutex_);
    now_.executions += executions;
}

void SharedProgress::report(
    std::size_t worker,
    std::string_view phase,
    const Migration* file,
    std::size_t sent,
    std::size_t files
) {
    const std::lock_guard lock(mutex_);
    now_.files_done += files;
    if (!sink_) return;
    if (sent_.size() <= worker) sent_.resize(worker + 1);
    sent_[worker] = sent;
    now_.phase = phase;
    now_.file = file == nullptr ? std::string() : file->name;
    sink_(shown());
}

Progress SharedProgress::shown() const {
    Progress shown = now_;
    shown.executions_done = std::accumulate(sent_.begin(), sent_.end(), now_.executions_done);
    for (const auto& [worker, statement] : long_) shown.long_statements.push_back(statement);
    return shown;
}

void SharedProgress::long_statement(
    std::size_t worker, std::optional<LongStatement> statement, const std::string& news
) {
    const std::lock_guard lock(mutex_);
    long_.erase(worker);
    if (statement) long_.emplace(worker, std::move(*statement));
    if (!sink_) return;
    Progress shown = this->shown();
    shown.news = news;
    shown.is_warning = true;
    sink_(shown);
}

void SharedProgress::news(const std::string& text, bool is_warning) {
    const std::lock_guard lock(mutex_);
    if (!sink_) return;
    Progress shown = this->shown();
    shown.news = text;
    shown.is_warning = is_warning;
    sink_(shown);
}

void SharedProgress::done(std::size_t worker, const Unit& unit) {
    const std::lock_guard lock(mutex_);
    if (worker < sent_.size()) sent_[worker] = 0;
    for (const PlannedFile& file : unit.files) {
        now_.executions_done += file.schemas->size();
        const auto position = positions_.find(file.migration);
        if (position != positions_.end()) by_file_[position->second] += file.schemas->size();
    }
}

void SharedProgress::done(const Migration& file) {
    const std::lock_guard lock(mutex_);
    ++now_.executions_done;
    const auto position = positions_.find(&file);
    if (position != positions_.end()) ++by_file_[position->second];
}

void SharedProgress::note(const std::string& text) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(text);
}

std::vector<std::string> SharedProgress::notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
}

void SharedProgress::tenants_done(const std::vector<std::string>& tenants) {
    const std::lock_guard lock(mutex_);
    now_.tenants_done += tenants.size();
    if (!sink_ || tenants.empty()) return;
    Progress shown = this->shown();
    shown.done_now = tenants;
    sink_(shown);
}

void SharedProgress::tenant_failed(const TenantFailure& failure) {
    const std::lock_guard lock(mutex_);
    ++now_.tenants_failed;
    if (!sink_) return;
    Progress shown = this->shown();
    shown.failed_now = {failure};
    sink_(shown);
}

void SharedProgress::wave(
    std::size_t number, std::size_t waves, std::size_t begin, std::size_t end
) {
    const std::lock_guard lock(mutex_);
    now_.wave = number;
    now_.waves = waves;
    now_.wave_begin = begin;
    now_.wave_end = end;
    if (sink_) sink_(shown());
}

std::size_t SharedProgress::planned() const {
    const std::lock_guard lock(mutex_);
    return now_.executions;
}

std::size_t SharedProgress::committed() const {
    const std::lock_guard lock(mutex_);
    return commits_ ? now_.executions_done : 0;
}

std::vector<std::size_t> SharedProgress::committed_by_file() const {
    const std::lock_guard lock(mutex_);
    return by_file_;
}

}  // namespace migrator::db::sql::apply
