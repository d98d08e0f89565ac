#include "coordinator/run_in_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "coordinator/lock_wait.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/random_id.hpp"

namespace migrator::coordinator {
namespace {

constexpr std::size_t kNamedAtMost = 20;  // tenants in one log line

void report(const RunRequest& request, const char* phase) {
    if (request.progress) request.progress({.phase = phase});
}

}  // namespace

Coordinator::RunInProgress::RunInProgress(Coordinator& coordinator, RunRequest request)
    : coordinator_(coordinator),
      request_(std::move(request)),
      place_(coordinator.queue_.enter()),
      wait_(kFirstPause) {
    const std::lock_guard lock(coordinator_.running_->mutex);
    coordinator_.running_->sources.insert(&stop_);
}

Coordinator::RunInProgress::~RunInProgress() {
    const std::lock_guard lock(coordinator_.running_->mutex);
    coordinator_.running_->sources.erase(&stop_);
}

bool Coordinator::RunInProgress::advance() {
    if (stop_.stop_requested()) {
        throw Error(ErrorKind::Cancelled, "the run was cancelled before it began");
    }
    if (stage_ == Stage::Reading) {
        report(request_, "loading");
        load_sources();
        if (!make_plan()) {
            stage_ = Stage::Done;
            return true;
        }
        stage_ = Stage::Waiting;
        waiting_since_ = std::chrono::steady_clock::now();
    }
    if (stage_ == Stage::Waiting) {
        if (!take_lock()) {
            report(request_, "waiting");
            return false;
        }
        // What was planned before the lock was a guess: another run may just have ended.
        if (make_plan()) apply();
        run_.reset();
        stage_ = Stage::Done;
    }
    return true;
}

/// Reads the files while the database is being connected to. When both fail, the database's error
/// is the one to tell.
void Coordinator::RunInProgress::load_sources() {
    auto connected =
        std::async(std::launch::async, [this] { coordinator_.dependencies_.connector.ping(); });
    std::exception_ptr failed;
    try {
        sources_ = coordinator_.load();
    } catch (const Error&) {
        failed = std::current_exception();
    }
    connected.get();
    if (failed) std::rethrow_exception(failed);
}

bool Coordinator::RunInProgress::take_lock() {
    const auto& dependencies = coordinator_.dependencies_;
    if (place_->is_first()) {
        run_ = dependencies.connector.try_begin_run(
            {.run_id = random_uuid(),
             .owner = dependencies.owner,
             .request_id = request_.request_id,
             .version_name = request_.version_name,
             .since = dependencies.clock()}
        );
        if (run_) return true;
    }
    if (std::chrono::steady_clock::now() - waiting_since_ > coordinator_.options_.lock_timeout) {
        give_up();
    }
    wait_ = next_pause(wait_);
    return false;
}

void Coordinator::RunInProgress::give_up() const {
    throw locked_error(
        coordinator_.dependencies_.connector.lock_owner(), coordinator_.options_.lock_timeout
    );
}

bool Coordinator::RunInProgress::make_plan() {
    const Applied applied = coordinator_.dependencies_.connector.read_applied(sources_);
    log::info(fmt::format("Number of flattened DB migrations: {}", applied.files.size()));
    outcome_ = {};
    const auto verification = coordinator_.options_.checksum_verification;
    if (verification != ChecksumVerification::Off) {
        auto changed = plan::changed(sources_, applied);
        if (!changed.empty()) {
            log::warn(fmt::format(
                "Checksum verification failed for migrations: {} (the first: {})",
                changed.size(),
                changed.front().file
            ));
            if (verification == ChecksumVerification::Fail) {
                outcome_.changed = std::move(changed);
                return false;
            }
        }
    }
    if (!run_) log_gaps(applied);  // said once, before the lock
    plan_ = plan_from(applied);
    log::info(fmt::format(
        "{}: {}",
        request_.tenant ? "Migrations to apply for new tenant" : "Found migrations to apply",
        plan_.files.size()
    ));
    started_at_ = coordinator_.dependencies_.clock();
    started_ = std::chrono::steady_clock::now();
    outcome_.summary.started_at = started_at_;
    return !plan_.empty() || request_.tenant.has_value();
}

Plan Coordinator::RunInProgress::plan_from(const Applied& applied) const {
    if (request_.tenant) {
        return plan::for_new_tenant(sources_, SchemaName::parse(*request_.tenant));
    }
    if (request_.only_tenant) return plan_for_one_tenant(applied);
    const bool per_tenant =
        coordinator_.dependencies_.connector.atomicity() == db::Atomicity::Tenant;
    return plan::pending(
        sources_,
        applied,
        {.rule = per_tenant ? plan::PendingRule::PerTenant : plan::PendingRule::PerFile,
         .reconcile = request_.reconcile}
    );
}

/// The tenant migrations that one tenant lacks, for that tenant alone. A file that nobody has yet
/// is left out while there are other tenants: its first row would hide it from them.
Plan Coordinator::RunInProgress::plan_for_one_tenant(const Applied& applied) const {
    const std::string& tenant = *request_.only_tenant;
    if (std::ranges::find(applied.tenants, tenant) == applied.tenants.end()) {
        throw Error(ErrorKind::NotFound, fmt::format("there is no tenant {}", tenant));
    }
    Plan all = plan::pending(sources_, applied, {.reconcile = true});
    Plan own{.files = {}, .tenants = {tenant}};
    const auto schemas = std::make_shared<const std::vector<std::string>>(1, tenant);
    for (const PlannedFile& file : all.files) {
        if (file.migration->type != MigrationType::TenantMigration) continue;
        const auto known = applied.files.find(file.migration->file);
        const bool is_known = known != applied.files.end() && known->second.as_migration;
        if (!is_known && applied.tenants.size() > 1) continue;
        if (std::ranges::find(*file.schemas, tenant) == file.schemas->end()) continue;
        own.files.push_back({file.migration, schemas});
    }
    return own;
}

void Coordinator::RunInProgress::log_gaps(const Applied& applied) const {
    if (sources_.empty()) log::warn("The source has no files at all");
    const auto lagging = plan::lagging(sources_, applied);
    for (std::size_t i = 0; i < std::min(lagging.size(), kNamedAtMost); ++i) {
        log::warn(fmt::format(
            "Tenant {} lacks {} files that others have, the first: {}",
            lagging[i].tenant,
            lagging[i].missing.size(),
            lagging[i].missing.front()
        ));
    }
    if (lagging.size() > kNamedAtMost) {
        log::warn(fmt::format("and {} more tenants: see status", lagging.size() - kNamedAtMost));
    }
    const bool any_known = std::ranges::any_of(sources_, [&](const Migration& source) {
        return applied.files.contains(source.file);
    });
    const bool any_recorded = std::ranges::any_of(applied.files, [](const auto& file) {
        return file.second.as_migration;
    });
    if (any_recorded && !any_known && !sources_.empty()) {
        log::warn(
            "Migrations are recorded, but not one of them is in the source: has the base location "
            "changed? Every file would be applied again"
        );
    }
}

void Coordinator::RunInProgress::apply() {
    db::ApplyRequest apply{
        .version_name = request_.version_name,
        .action = request_.action,
        .dry_run = request_.dry_run,
        .new_tenant = std::nullopt,
        .progress = request_.progress,
        .stop = stop_.get_token(),
    };
    if (request_.tenant) apply.new_tenant = SchemaName::parse(*request_.tenant);
    try {
        auto result = run_->apply(plan_, apply);
        outcome_.notes = std::move(result.notes);
        finish(result.version_id);
    } catch (const std::exception&) {
        log::error(
            request_.tenant ? "Recovered in CreateTenant. Transaction rollback."
                            : "Recovered in CreateVersion. Transaction rollback."
        );
        throw;
    }
}

void Coordinator::RunInProgress::finish(std::int64_t version_id) {
    outcome_.summary = plan::summarize(plan_);
    if (request_.tenant) outcome_.summary.tenants = 1;  // also when there are no files for it
    outcome_.summary.version_id = version_id;
    outcome_.summary.started_at = started_at_;
    outcome_.summary.duration = std::chrono::steady_clock::now() - started_;
    for (const PlannedFile& file : plan_.files) outcome_.files.push_back(*file.migration);
}

}  // namespace migrator::coordinator
