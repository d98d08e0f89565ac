#include "db/sql/apply/application.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "db/sql/apply/intent.hpp"
#include "db/sql/apply/precheck.hpp"
#include "db/sql/apply/rollout.hpp"
#include "db/sql/apply/unit_runner.hpp"
#include "db/sql/store/tenant_states.hpp"
#include "db/sql/store/versions.hpp"

namespace migrator::db::sql::apply {
namespace {

/// A file outside a transaction is recorded for one schema after the other.
bool commits_more_than_once(const std::vector<Unit>& units) {
    return units.size() > 1 ||
           std::ranges::any_of(units, [](const Unit& unit) { return !unit.in_transaction; });
}

LongStatements::Rules rules_of(const Job& job) {
    return {
        .first = job.options.slow_statement,
        .lock_timeout = job.settings().lock_timeout,
        .request_id = job.request.request_id};
}

}  // namespace

Application::Application(const Job& job, std::unique_ptr<Session>& session)
    : job_(job),
      session_(session),
      scripts_(job.dialect, job.options),
      progress_(job.plan, job.request.progress, !job.request.dry_run),
      notices_(progress_),
      long_statements_(job.server, progress_, notices_, rules_of(job)) {}

/// The session outlives us.
Application::~Application() {
    if (session_) session_->observe(nullptr);
}

ApplyResult Application::run() {
    Context context{job_, scripts_, stateful_code_, progress_};
    context.long_statements = &long_statements_;
    session_->observe(context.observer(0));
    if (job_.request.new_tenant) {
        const store::MetadataShape shape = store::read_shape(*session_, job_.dialect);
        context.new_tenant.emplace(job_.tables(*session_), shape, job_.plan, job_.request);
    }
    Checked checked = check_before_anything_runs(job_, *session_, scripts_, result_.notes);
    context.outside_transaction = std::move(checked.outside_transaction);
    context.names_own_tables = checked.names_own_tables;
    const bool resets = job_.options.session_state == SessionState::Reset;
    if (resets && job_.request.action == Action::Apply && executions_of(job_.plan.files) > 1) {
        stateful_code_.look(*session_, job_.dialect);
    }
    if (works_tenant_by_tenant()) {
        run_tenant_by_tenant(std::move(context));
    } else {
        run_in_turn(std::move(context));
    }
    for (const std::string& note : progress_.notes()) result_.notes.push_back(note);
    result_.notices = notices_.take();
    return std::move(result_);
}

bool Application::works_tenant_by_tenant() const {
    const ApplyRequest& request = job_.request;
    return job_.atomicity() != Atomicity::Version && job_.dialect.has_fleets &&
           request.action == Action::Apply && !request.dry_run && !request.new_tenant;
}

void Application::run_tenant_by_tenant(Context begun) {
    progress_.plan_executions(executions_of(job_.plan.files));
    if (progress_.planned() == 0) return;
    const Context context = completed(std::move(begun), true);
    try {
        Rollout(context, session_).run(result_);
    } catch (const Error& error) {
        throw error.as(error.kind(), error.what() + what_stays(context));
    }
    // There is no version without rows.
    if (progress_.committed() > 0) result_.version_id = context.version_id;
}

void Application::run_in_turn(Context begun) {
    const ApplyRequest& request = job_.request;
    std::vector<Unit> units = begun.cut(job_.plan, 0);
    for (const Unit& unit : units) progress_.plan_executions(executions_of(unit.files));
    if (units.empty() && request.new_tenant) {
        units.emplace_back();  // no files for it: the tenant alone is made
        units.back().schemas = {request.new_tenant->str()};
    }
    if (units.empty()) return;
    const Context context = completed(std::move(begun), commits_more_than_once(units));
    // An id that the next run gets again would tell of another version; and of several
    // transactions none holds the version.
    const bool id_survives = job_.dialect.version_ids_survive_rollback;
    const bool keeps = request.dry_run && request.keep_rolled_back && units.size() == 1 &&
                       progress_.planned() > 0 && id_survives;
    UnitRunner runner({context, session_, 0, job_.stop}, keeps ? &result_.rolled_back : nullptr);
    try {
        for (Unit& unit : units) {
            unit.makes_tenant = request.new_tenant && !context.intent_written;
            runner.run_or_throw(unit);
        }
    } catch (const Error& error) {
        throw error.as(error.kind(), error.what() + what_stays(context));
    }
    if (!request.dry_run || id_survives) result_.version_id = context.version_id;
    note_atomicity(units.size());
}

Context Application::completed(Context context, bool may_stop_half_way) {
    const ApplyRequest& request = job_.request;
    const store::Tables tables = job_.tables(*session_);
    const bool has_executions = progress_.planned() > 0;
    if (has_executions) {
        context.version_id =
            request.version_id != 0 ? request.version_id : store::Versions(tables).next_id();
    }
    context.commits_each_file =
        has_executions && !job_.dialect.transactional_ddl && request.action == Action::Apply;
    if (context.commits_each_file) {
        const store::MetadataShape shape = store::read_shape(*session_, job_.dialect);
        context.interruptions =
            Interruptions(store::TenantStates(tables).read(shape), request.renamed);
        const std::size_t from = request.resume_at_statement.value_or(0);
        if (from > 0) context.interruptions.check_resumed(job_.plan, from);
    }
    const bool leaves_something =
        context.commits_each_file || may_stop_half_way || !request.owed.empty();
    if (leaves_something && !request.dry_run) {
        const Observed writing(
            context.observer(0), {.session = session_->id(), .about = "recording what is planned"}
        );
        write_intent(context, *session_);
    }
    return context;
}

std::string Application::what_stays(const Context& context) const {
    std::string text;
    if (context.intent_written && job_.request.new_tenant) {
        text += fmt::format(
            "\nTenant {} was already created and remains", job_.request.new_tenant->str()
        );
    }
    if (progress_.committed() > 0) {
        text += fmt::format(
            "\n{} of {} executions are committed (version {})",
            progress_.committed(),
            progress_.planned(),
            context.version_id
        );
    }
    return text.empty() ? text : text + "; the next apply resumes there";
}

void Application::note_atomicity(std::size_t units) {
    if (job_.dialect.allows_version_atomicity || units < 2) return;
    result_.notes.push_back(
        job_.request.dry_run
            ? fmt::format("{} transactions were run and rolled back, one after another", units)
            : fmt::format(
                  "{} commits each phase and group of tenants separately (atomicity: tenant); this "
                  "run used {} transactions",
                  job_.dialect.name,
                  units
              )
    );
}

}  // namespace migrator::db::sql::apply
