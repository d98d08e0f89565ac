#include "coordinator/version_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "coordinator/drift_guard.hpp"
#include "coordinator/foreign_problems.hpp"
#include "coordinator/set_aside.hpp"
#include "coordinator/source_report.hpp"
#include "coordinator/version_change.hpp"
#include "core/count_of.hpp"
#include "core/duration.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/secrets.hpp"
#include "plan/bad_tenants.hpp"
#include "plan/plan_digest.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::coordinator {
namespace {

constexpr std::size_t kNamedAtMost = 20;                  // tenants in one log line
constexpr std::chrono::milliseconds kLongestWait{1'000};  // before a look whether to tell of it

/// For a metric's label.
std::string_view name_of_end(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Cancelled:
            return "cancelled";
        case ErrorKind::Locked:
            return "locked";
        default:
            return "failed";
    }
}

std::string half_done(const TenantState& state) {
    return fmt::format(
        "{} {} in {}, and may be half done\n",
        state.tenant.empty() ? "single files" : "tenant " + state.tenant,
        state.state == "failed" ? "failed" : "was interrupted",
        state.file.empty() ? state.first_file : state.file
    );
}

bool is_not_done(const ServerOutcome& server) { return server.end != ServerOutcome::End::Done; }

std::string_view what_of(ServerOutcome::End end) {
    switch (end) {
        case ServerOutcome::End::Done:
            return "is done";
        case ServerOutcome::End::Failed:
            return "failed";
        case ServerOutcome::End::Unreachable:
            return "could not be reached or was lost";
        case ServerOutcome::End::Locked:
            return "was left out";
        case ServerOutcome::End::NotBegun:
            return "was not begun";
    }
    return "is unknown";
}

std::string failures_text(const Outcome& outcome) {
    const TenantFailure& first = outcome.failures.front();
    const FleetSummary fleet = outcome.summary.fleet.value_or(FleetSummary{});
    std::string text = fmt::format(
        "{} of {} tenants failed, the first: {}{}",
        outcome.failures.size(),
        outcome.summary.tenants,
        first.tenant.empty() ? "" : first.tenant + ": ",
        first.message
    );
    const bool only_tenants = std::ranges::none_of(outcome.servers, is_not_done);
    if (fleet.tenants_skipped > 0 && only_tenants) {
        text += fmt::format(
            "\nThe run stopped because more tenants failed than maxFailures allows; {} pending",
            count_of(fleet.tenants_skipped, "tenant remains", "tenants remain")
        );
    }
    return text;
}

}  // namespace

bool Outcome::is_partly_failed() const {
    return !failures.empty() || std::ranges::any_of(servers, is_not_done);
}

bool Outcome::has_version() const {
    return summary.version_id != 0 ||
           std::ranges::any_of(servers, [](const auto& server) { return server.version_id != 0; });
}

std::string partly_failed_text(const Outcome& outcome) {
    std::string text;
    if (!outcome.failures.empty()) text = failures_text(outcome);
    for (const ServerOutcome& server : outcome.servers) {
        if (!is_not_done(server)) continue;
        if (!text.empty()) text += '\n';
        text += fmt::format("Server {} {}: {}", server.server, what_of(server.end), server.message);
    }
    return text;
}

VersionRun::VersionRun(
    const Dependencies& dependencies,
    const Inspection& inspection,
    Audit& audit,
    const Options& options,
    const VersionRequest& request,
    std::unique_ptr<Line::Place> place,
    std::stop_token stop
)
    : dependencies_(dependencies),
      inspection_(inspection),
      audit_(audit),
      options_(options),
      request_(request),
      place_(std::move(place)),
      stop_(std::move(stop)) {}

Outcome VersionRun::run() {
    try {
        work();
        std::vector<std::string>& notes = outcome_.notes;
        notes.insert(notes.begin(), tenant_notes_.begin(), tenant_notes_.end());
        notes.insert(notes.begin(), source_notes_.begin(), source_notes_.end());
        for (std::string& note : notes) note = secrets::hidden(note);
        for (auto& failure : outcome_.failures) failure.message = secrets::hidden(failure.message);
        for (auto& server : outcome_.servers) server.message = secrets::hidden(server.message);
        if (!outcome_.changed.empty()) {
            audit_not_begun(
                "files were edited after they were applied", ErrorKind::ChecksumMismatch
            );
        }
    } catch (const Error& error) {
        audit_not_begun(error.what(), error.kind());
        count_end(name_of_end(error.kind()));
        throw;
    } catch (...) {
        count_end("failed");
        throw;
    }
    return std::move(outcome_);
}

void VersionRun::work() {
    throw_if_stopped(stop_);
    report("loading");
    const auto began = std::chrono::steady_clock::now();
    load_sources();
    count_phase("loading", began);
    if (!make_plan()) return conclude();
    const std::string note = dependencies_.connector.dry_run_note();
    if (request_.dry_run && !note.empty()) {
        tell_plan(note);
        return conclude();
    }
    const auto waiting_since = std::chrono::steady_clock::now();
    wait();
    count_phase("waiting", waiting_since);
    // What was planned before the lock was a guess: another run may just have ended.
    if (make_plan()) apply();
    conclude();
}

void VersionRun::wait() {
    db::Connector& connector = dependencies_.connector;
    Patience patience(dependencies_.time, options_.lock_timeout, stop_);
    while (!place_->is_first()) {
        throw_if_stopped(stop_);
        if (patience.is_over()) give_up(connector, patience);
        report_wait(news_of(connector, patience));
        place_->wait(std::min(patience.left(), kLongestWait), stop_);
    }
    throw_if_stopped(stop_);
    const auto us = [this] { return dependencies_.us(request_.request_id, request_.version_name); };
    run_ = wait_for_lock(connector, us, patience, [this](const std::string& news) {
        report_wait(news);
    });
}

void VersionRun::report_wait(const std::string& news) {
    if (!news.empty()) {
        log::answered(log::Level::Warn, news);
        newest_wait_ = news;
    }
    if (!request_.progress) return;
    request_.progress({.phase = "waiting", .about = newest_wait_, .news = news, .is_warning = true}
    );
}

void VersionRun::report(const char* phase) const {
    if (request_.progress) request_.progress({.phase = phase});
}

void VersionRun::conclude() {
    run_.reset();
    place_.reset();  // the next run need not wait for somebody else's web server
    if (!outcome_.changed.empty()) return count_end("checksum_mismatch");
    const bool did_something = outcome_.has_version() || request_.tenant.has_value();
    if (!did_something) {
        count_end(outcome_.is_partly_failed() ? "failed" : "nothing_to_do");
        if (outcome_.is_partly_failed()) inspection_.show_fleet_after_run(sources_, report_);
    } else if (request_.dry_run) {
        count_end("dry_run");
    } else {
        count_end(outcome_.is_partly_failed() ? "partly_failed" : "done");
        if (auto* metrics = dependencies_.metrics) {
            metrics->committed(outcome_.summary, request_.tenant.has_value());
        }
        inspection_.show_fleet_after_run(sources_, report_);
    }
    // An error is no news for the webhook; that tenants were worked for is, whoever else failed.
    const bool has_worked = outcome_.has_version() && !request_.dry_run;
    if (!outcome_.is_partly_failed() || has_worked) notify();
}

/// Whatever happens here, the run is done and its result stands.
void VersionRun::notify() const {
    notifier::Notifier* notifier = dependencies_.notifier;
    if (notifier == nullptr) return;
    bool delivered = false;
    try {
        log::info("Notifier response: " + notifier->notify(outcome_.summary));
        delivered = true;
    } catch (const std::exception& error) {
        log::error(std::string("Notifier error: ") + error.what());
    }
    if (auto* metrics = dependencies_.metrics) metrics->webhook_done(delivered);
}

void VersionRun::count_phase(const char* phase, std::chrono::steady_clock::time_point began) const {
    metrics::Registry* metrics = dependencies_.metrics;
    if (metrics != nullptr) metrics->phase_done(phase, std::chrono::steady_clock::now() - began);
}

void VersionRun::count_end(std::string_view result) const {
    metrics::Registry* metrics = dependencies_.metrics;
    if (metrics != nullptr) metrics->run_ended(result);
}

/// Reads the files while the database is being connected to. When both fail, the database's error
/// is the one to tell.
void VersionRun::load_sources() {
    auto connected = std::async(std::launch::async, [this] { dependencies_.connector.ping(); });
    std::exception_ptr failed;
    try {
        sources_ = inspection_.files(&report_);
    } catch (const Error&) {
        failed = std::current_exception();
    }
    connected.get();
    if (failed) std::rethrow_exception(failed);
}

bool VersionRun::is_sync_of_some() const {
    return request_.action == Action::Sync && !request_.tenants.names.empty();
}

bool VersionRun::make_plan() {
    const auto began = std::chrono::steady_clock::now();
    Applied applied = dependencies_.connector.read_applied(sources_);
    log::info(fmt::format("Number of flattened DB migrations: {}", applied.files.size()));
    outcome_ = {};
    const auto verification = options_.checksum_verification;
    if (verification != ChecksumVerification::Off) {
        auto changed = plan::changed(sources_, applied);
        if (!changed.empty()) {
            const auto text = fmt::format(
                "Checksum verification failed for migrations: {} (the first: {})",
                changed.size(),
                changed.front().file
            );
            if (verification == ChecksumVerification::Warn) log::warn(text);
            if (verification == ChecksumVerification::Fail) {
                log::answered(log::Level::Warn, text);
                outcome_.changed = std::move(changed);
                return false;
            }
        }
    }
    if (!run_) log_gaps(applied);  // said once, before the lock
    plan::Narrowed planned = plan_from(applied);
    plan_ = std::move(planned.plan);
    base_ = applied.base;
    renamed_ = applied.renamed;
    owed_ = std::move(planned.owed);
    waves_ = std::move(planned.waves);
    check_source(applied);
    note_servers(applied);
    log::info(fmt::format(
        "{}: {}",
        request_.tenant ? "Migrations to apply for new tenant" : "Found migrations to apply",
        plan_.files.size()
    ));
    started_at_ = dependencies_.clock();
    started_ = std::chrono::steady_clock::now();
    outcome_.summary.started_at = started_at_;
    count_phase("planning", began);
    if (!outcome_.failures.empty()) outcome_.summary.tenants = considered_tenants();
    return !plan_.empty() || !settled_.empty() || request_.tenant.has_value();
}

void VersionRun::note_servers(Applied& applied) {
    servers_ = std::move(applied.servers);
    catalog_only_ = std::move(applied.catalog_only);
    basis_of_servers_.reset();
    if (servers_.empty() && !request_.server.empty()) {
        throw Error(
            ErrorKind::InvalidRequest,
            "a server for the tenant is given, but the configuration has no servers"
        );
    }
    if (servers_.empty()) return;
    basis_of_servers_.emplace(db::PlanBasis{
        .sources = sources_,
        .servers = servers_,
        .catalog_only = catalog_only_,
        .reconcile = request_.reconcile || is_sync_of_some(),
        .ignored = ignored_});
    for (const ServerRecords& server : servers_) {
        if (server.problem.empty()) continue;
        outcome_.servers.push_back(
            {.server = server.name,
             .end = ServerOutcome::End::Unreachable,
             .version_id = 0,
             .message = server.problem}
        );
        if (!run_) {  // said once, before the lock
            log::answered(
                log::Level::Error, fmt::format("Server {}: {}", server.name, server.problem)
            );
        }
    }
}

void VersionRun::check_source(Applied& applied) {
    refuse_emptied_directories(report_, sources_, applied);
    refuse_no_files(report_, &applied);
    source_notes_ = notes_of(report_, applied, request_.tenant);
    for (std::string& note : refuse_foreign(plan_, sources_, request_.action)) {
        source_notes_.push_back(std::move(note));
    }
    set_ignored_aside(report_, applied);
    const SourceCheck check =
        coordinator::check_source(plan::findings(sources_, applied), plan_, options_);
    source_notes_.insert(source_notes_.end(), check.warnings.begin(), check.warnings.end());
    if (!run_) {  // said once, before the lock
        for (const std::string& note : source_notes_) log::answered(log::Level::Warn, note);
    }
    // A sync records what it is told to, and runs nothing.
    if (request_.action == Action::Apply) check.throw_if_refused();
}

plan::Narrowed VersionRun::plan_from(const Applied& applied) {
    if (request_.tenant) {
        return {.plan = plan::for_new_tenant(sources_, SchemaName::parse(*request_.tenant))};
    }
    tenant_notes_.clear();
    if (request_.action == Action::Sync) look_at_unfinished(applied);
    const bool reconcile = request_.reconcile || is_sync_of_some();
    const Plan all = plan::pending(sources_, applied, inspection_.plan_options(reconcile));
    const plan::Selection tenants = workable(all, applied);
    if (is_sync_of_some()) return {.plan = plan_of_sync(applied, all, tenants)};
    return plan::narrow(all, sources_, applied, tenants);
}

void VersionRun::look_at_unfinished(const Applied& applied) {
    const auto& names = request_.tenants.names;
    settled_.clear();
    std::string text;
    for (const TenantState& state : applied.states) {
        const bool is_begun = state.state != "planned";
        if (!is_begun && !request_.settles_unfinished) continue;
        const bool is_single = state.tenant.empty();
        const bool is_meant = names.empty() || (!is_single && plan::is_meant(state.tenant, names));
        const bool is_listed =
            is_single || std::ranges::find(applied.tenants, state.tenant) != applied.tenants.end();
        if (!is_meant || !is_listed) continue;
        settled_.push_back(state.tenant);
        if (is_begun) text += half_done(state);
    }
    if (text.empty()) return;
    if (request_.settles_unfinished) {
        tenant_notes_.push_back(text + "This is settled: nothing of it is owed any more");
        return;
    }
    throw Error(
        ErrorKind::MigrationFailed,
        text +
            "Nothing was recorded. Let migrator apply finish these files. If all of their "
            "statements have taken effect: migrator sync --unfinished (over HTTP: "
            "\"unfinished\": true)"
    );
}

/// Tenants that nobody can work for, and that this run is not for: no failures of this run.
void VersionRun::log_others(const Applied& applied) const {
    const auto& names = request_.tenants.names;
    for (const BadTenant& bad : applied.bad_tenants) {
        const bool is_other = !names.empty() && !plan::is_meant(bad.tenant, names);
        if (is_other && bad.files == nullptr) log::warn(bad.message);
    }
}

plan::Selection VersionRun::workable(const Plan& pending, const Applied& applied) {
    plan::Selection tenants = request_.tenants;
    SetAside aside = set_aside(
        pending,
        sources_,
        applied,
        tenants,
        {.action = request_.action,
         .reconcile = request_.reconcile,
         .unmanaged = request_.unmanaged},
        options_
    );
    if (!run_) {
        log_others(applied);
        for (const std::string& warning : aside.warnings) log::warn(warning);
    }
    ignored_ = aside.skipped;
    tenants.ignored = std::move(aside.skipped);
    for (std::string& note : aside.notes) tenant_notes_.push_back(std::move(note));
    outcome_.failures = std::move(aside.failures);
    set_drifted_aside(pending, applied, tenants);
    if (outcome_.failures.empty()) return tenants;
    const std::unordered_set<std::string_view> named(
        applied.tenants.begin(), applied.tenants.end()
    );
    for (const TenantFailure& failure : outcome_.failures) {
        if (named.contains(failure.tenant)) tenants.without.push_back(failure.tenant);
    }
    const std::size_t failed = outcome_.failures.size();
    const std::size_t all = applied.tenants.size() + failed - tenants.without.size();
    if (!dependencies_.connector.contains_failures(failed, all, request_.max_failures)) {
        end_for_failures(aside.advice);
    }
    if (!aside.advice.empty()) tenant_notes_.push_back(std::move(aside.advice));
    return tenants;
}

/// Only under the lock, and of tenants that get files: what was read before may have changed.
void VersionRun::set_drifted_aside(
    const Plan& pending, const Applied& applied, const plan::Selection& tenants
) {
    const DriftGuard guard(dependencies_.connector, sources_, options_.drift);
    if (!guard.is_on() || !run_ || request_.action != Action::Apply) return;
    std::unordered_set<std::string_view> with_files;
    for (const PlannedFile& file : pending.files) {
        if (!is_for_tenants(file.migration->type)) continue;
        with_files.insert(file.schemas->begin(), file.schemas->end());
    }
    std::vector<std::string> meant;
    for (const std::string& tenant : pending.tenants) {
        const bool has_failed =
            std::ranges::find(outcome_.failures, tenant, &TenantFailure::tenant) !=
            outcome_.failures.end();
        const bool is_ignored = std::ranges::find(tenants.ignored, tenant) != tenants.ignored.end();
        if (has_failed || is_ignored || !with_files.contains(tenant)) continue;
        if (tenants.names.empty() || plan::is_meant(tenant, tenants.names)) meant.push_back(tenant);
    }
    for (TenantFailure& failure : guard.look(applied, meant)) {
        if (options_.drift.check == DriftReaction::Fail) {
            outcome_.failures.push_back(std::move(failure));
        } else {
            log::answered(log::Level::Warn, failure.message);
            tenant_notes_.push_back(std::move(failure.message));
        }
    }
}

/// Of tenants that the run has worked for, and of those that no run has stored yet. The run is
/// done, and its result stands.
void VersionRun::store_fingerprints() {
    const DriftGuard guard(dependencies_.connector, sources_, options_.drift);
    if (!guard.is_on() || request_.dry_run) return;
    try {
        std::unordered_set<std::string_view> left_out;
        for (const TenantFailure& failure : outcome_.failures) left_out.insert(failure.tenant);
        std::unordered_set<std::string_view> worked_for;
        for (const PlannedFile& file : plan_.files) {
            if (!is_for_tenants(file.migration->type)) continue;
            worked_for.insert(file.schemas->begin(), file.schemas->end());
        }
        const Applied applied = dependencies_.connector.read_applied(sources_);
        for (const TenantState& state : applied.states) left_out.insert(state.tenant);
        const std::vector<std::string> all = plan::distinct_tenants(applied);
        const std::vector<std::string> new_ones = guard.unknown(all);
        const std::unordered_set<std::string_view> unknown(new_ones.begin(), new_ones.end());
        std::vector<std::string> tenants;
        for (const std::string& tenant : all) {
            if (left_out.contains(tenant)) continue;
            if (worked_for.contains(tenant) || unknown.contains(tenant)) tenants.push_back(tenant);
        }
        guard.store(*run_, applied, tenants);
    } catch (const Error& error) {
        const std::string note = fmt::format(
            "Could not store what the schemas are now ({}); the next run can't check the tenants "
            "of this one for drift",
            error.what()
        );
        log::answered(log::Level::Warn, note);
        outcome_.notes.push_back(note);
    }
}

void VersionRun::end_for_failures(const std::string& advice) {
    const std::size_t failed = outcome_.failures.size();
    std::string text;
    for (std::size_t i = 0; i < std::min(failed, kNamedAtMost); ++i) {
        text += outcome_.failures[i].message + "\n";
    }
    if (failed > kNamedAtMost) text += fmt::format("and {} more\n", failed - kNamedAtMost);
    outcome_.failures.clear();
    throw Error(
        ErrorKind::MigrationFailed, text + "Nothing was run." + (advice.empty() ? "" : " " + advice)
    );
}

/// The tenant migrations that some tenants lack, for them alone. A file that nobody has yet is left
/// out while there are other tenants: its first row would hide it from them.
Plan VersionRun::plan_of_sync(
    const Applied& applied, const Plan& all, const plan::Selection& tenants
) const {
    Plan own{.files = {}, .tenants = plan::chosen(all.tenants, tenants.names)};
    std::erase_if(own.tenants, [&](const std::string& tenant) {
        return std::ranges::find(tenants.without, tenant) != tenants.without.end();
    });
    const bool are_all = own.tenants.size() == all.tenants.size();
    const std::unordered_set<std::string_view> wanted(own.tenants.begin(), own.tenants.end());
    for (const PlannedFile& file : all.files) {
        if (!is_tenant_migration(file.migration->type)) continue;
        if (!plan::is_recorded(applied, *file.migration) && !are_all) continue;
        std::vector<std::string> schemas;
        for (const std::string& tenant : *file.schemas) {
            if (wanted.contains(tenant)) schemas.push_back(tenant);
        }
        if (schemas.empty()) continue;
        own.files.push_back(
            {file.migration, std::make_shared<const std::vector<std::string>>(std::move(schemas))}
        );
    }
    return own;
}

void VersionRun::log_gaps(const Applied& applied) const {
    if (sources_.empty()) log::warn("The source has no files");
    if (!request_.tenant) {
        for (const std::string& warning : applied.tenant_warnings) log::warn(warning);
    }
    const auto lagging = plan::lagging(sources_, applied);
    for (std::size_t i = 0; i < std::min(lagging.size(), kNamedAtMost); ++i) {
        log::warn(fmt::format(
            "Tenant {} is missing {} that other tenants have, the first: {}",
            lagging[i].tenant,
            count_of(lagging[i].missing.size(), "file", "files"),
            lagging[i].missing.front()
        ));
    }
    if (lagging.size() > kNamedAtMost) {
        log::warn(fmt::format(
            "{} missing files, too; see `migrator status`",
            count_of(lagging.size() - kNamedAtMost, "more tenant is", "more tenants are")
        ));
    }
}

db::ApplyRequest VersionRun::apply_request() const {
    db::ApplyRequest apply{
        .version_name = request_.version_name,
        .action = request_.action,
        .dry_run = request_.dry_run,
        .new_tenant = std::nullopt,
        .adopt_schemas = request_.adopt_schemas,
        .owed = owed_,
        .waves = waves_,
        .failed_before = outcome_.failures.size(),
        .max_failures = request_.max_failures,
        .request_id = request_.request_id,
        .progress = request_.progress,
        .stop = stop_,
        .keep_rolled_back = request_.keep_rolled_back,
        .resume_at_statement = request_.resume_at_statement,
        .renamed = &renamed_,
    };
    if (request_.tenant) apply.new_tenant = SchemaName::parse(*request_.tenant);
    if (basis_of_servers_) apply.basis = &*basis_of_servers_;
    apply.server = request_.server;
    return apply;
}

void VersionRun::begin_audit() {
    if (request_.dry_run) return;
    AuditedChange change = change_of(request_);
    change.plan = plan::digest(plan_);
    change.parameters.emplace_back("files", std::to_string(plan_.files.size()));
    is_audited_ = true;  // refused or not, there is nothing more to say of it
    entry_ = audit_.begin(request_.asker, change);
}

void VersionRun::end_audit() {
    Summary& summary = outcome_.summary;
    summary.audit_head = outcome_.is_partly_failed()
                             ? entry_.failed(partly_failed_text(outcome_), summary.version_id)
                             : entry_.done(summary.version_id);
}

void VersionRun::audit_not_begun(std::string_view why, ErrorKind kind) {
    if (is_audited_ || request_.dry_run) return;
    is_audited_ = true;
    audit_.not_begun(request_.asker, change_of(request_), why, kind);
}

void VersionRun::apply() {
    begin_audit();
    try {
        if (base_.adopted && !request_.dry_run) run_->add_places({{*base_.adopted, base_.today}});
        auto result = run_->apply(plan_, apply_request());
        if (!settled_.empty() && !request_.dry_run) run_->settle(settled_);
        outcome_.notes.insert(outcome_.notes.end(), result.notes.begin(), result.notes.end());
        outcome_.notices = std::move(result.notices);
        if (result.fleet) add_failed_before(*result.fleet);
        for (TenantFailure& failure : result.failures) {
            outcome_.failures.push_back(std::move(failure));
        }
        outcome_.rolled_back = std::move(result.rolled_back);
        if (!result.servers.empty()) outcome_.servers = std::move(result.servers);
        store_fingerprints();
        finish(result);
        count_phase("applying", started_);
        end_audit();
    } catch (const std::exception& error) {
        const bool is_ours = dynamic_cast<const Error*>(&error) != nullptr;
        entry_.failed(is_ours ? error.what() : "internal error");
        log::answered(
            log::Level::Error,
            request_.tenant ? "Recovered in CreateTenant. Transaction rollback."
                            : "Recovered in CreateVersion. Transaction rollback."
        );
        throw;
    }
}

/// Those of the plan, and those that could not come into it.
std::int64_t VersionRun::considered_tenants() const {
    const std::unordered_set<std::string_view> planned(plan_.tenants.begin(), plan_.tenants.end());
    const auto others = std::ranges::count_if(outcome_.failures, [&](const TenantFailure& failure) {
        return !planned.contains(failure.tenant);
    });
    return static_cast<std::int64_t>(plan_.tenants.size()) + others;
}

/// Those whom the run can't work for have failed, and are not waiting for another run.
void VersionRun::add_failed_before(FleetSummary& fleet) const {
    const auto has_failed = [&](const OwedTenant& owed) {
        return std::ranges::find(outcome_.failures, owed.tenant, &TenantFailure::tenant) !=
               outcome_.failures.end();
    };
    fleet.tenants_failed += static_cast<std::int64_t>(outcome_.failures.size());
    fleet.tenants_skipped -= std::ranges::count_if(owed_, has_failed);
}

void VersionRun::tell_plan(const std::string& note) {
    const auto problems = dependencies_.connector.check(plan_);
    if (!problems.empty()) {
        throw Error(
            ErrorKind::MigrationFailed,
            fmt::format(
                "SQL migration {} failed with error: {}\nNothing was run.",
                problems.front().file,
                problems.front().message
            )
        );
    }
    outcome_.notes.push_back(note);
    if (request_.tenant) {
        for (std::string& told : dependencies_.connector.check_new_tenant(plan_, apply_request())) {
            outcome_.notes.push_back(std::move(told));
        }
    }
    finish({});
}

void VersionRun::finish(const db::ApplyResult& result) {
    const std::int64_t version_id = result.version_id;
    const std::vector<std::size_t>& executions = result.executions;
    outcome_.summary =
        executions.empty() ? plan::summarize(plan_) : plan::summarize(plan_, executions);
    if (!outcome_.failures.empty()) outcome_.summary.tenants = considered_tenants();
    outcome_.summary.fleet = result.fleet;
    if (request_.tenant) outcome_.summary.tenants = 1;  // also when there are no files for it
    outcome_.summary.version_id = version_id;
    outcome_.summary.started_at = started_at_;
    outcome_.summary.duration = std::chrono::steady_clock::now() - started_;
    for (std::size_t i = 0; i < plan_.files.size(); ++i) {
        const PlannedFile& file = plan_.files[i];
        const bool came_to_nothing = !executions.empty() && executions[i] == 0;
        if (came_to_nothing && !file.schemas->empty()) continue;
        Migration& source = sources_[static_cast<std::size_t>(file.migration - sources_.data())];
        // Not copied, as they may be large: who looks at the sources later needs names alone.
        std::string contents = std::exchange(source.contents, {});
        outcome_.files.push_back(source);
        outcome_.files.back().contents = std::move(contents);
    }
    const std::chrono::duration<double> seconds = outcome_.summary.duration;
    log::info(
        fmt::format(
            "Run finished: version {}, {}, {}, {}",
            version_id,
            count_of(outcome_.files.size(), "file", "files"),
            count_of(outcome_.summary.tenants, "tenant", "tenants"),
            format_duration(outcome_.summary.duration)
        ),
        {{"version", version_id},
         {"versionName", request_.version_name},
         {"tenant", request_.tenant.value_or("")},
         {"duration", seconds.count()}}
    );
}

}  // namespace migrator::coordinator
