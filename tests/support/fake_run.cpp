#include "support/fake_run.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/error.hpp"

namespace migrator::test {

FakeRun::FakeRun(FakeConnector& database, std::string run_id)
    : database_(database), run_id_(std::move(run_id)) {}

FakeRun::~FakeRun() {
    const std::lock_guard lock(database_.mutex_);
    if (database_.owner_ && database_.owner_->run_id == run_id_) database_.owner_.reset();
}

void FakeRun::throw_unless_ours() const {
    database_.throw_if_broken();
    if (!database_.owner_ || database_.owner_->run_id != run_id_) {
        throw Error(ErrorKind::Locked, "lost the migration lock to another run");
    }
}

/// The work in order, with the number of the transaction each step belongs to.
std::vector<FakeRun::Step> FakeRun::steps(const Plan& plan) const {
    const bool per_tenant = database_.atomicity_ == db::Atomicity::Tenant;
    std::vector<Step> all;
    std::size_t transaction = 0;
    for (std::size_t first = 0; first < plan.files.size();) {
        const bool for_tenants = is_for_tenants(plan.files[first].migration->type);
        auto end = first;
        while (end < plan.files.size() &&
               is_for_tenants(plan.files[end].migration->type) == for_tenants) {
            ++end;
        }
        std::vector<Step> phase;
        for (auto i = first; i < end; ++i) {
            for (const auto& schema : *plan.files[i].schemas) {
                phase.push_back(
                    {plan.files[i].migration, schema, for_tenants ? schema : "", transaction}
                );
            }
        }
        if (per_tenant) {
            std::vector<std::string> owners;
            for (auto& step : phase) {
                auto at = std::find(owners.begin(), owners.end(), step.owner);
                step.transaction += static_cast<std::size_t>(at - owners.begin());
                if (at == owners.end()) owners.push_back(step.owner);
            }
            transaction += owners.size();
            std::stable_sort(phase.begin(), phase.end(), [](const auto& left, const auto& right) {
                return left.transaction < right.transaction;
            });
        }
        all.insert(all.end(), phase.begin(), phase.end());
        first = end;
    }
    return all;
}

void FakeRun::plan_states(
    const std::vector<Step>& steps, const std::vector<OwedTenant>& owed, std::int64_t version_id
) {
    const std::lock_guard lock(database_.mutex_);
    std::set<std::string> done;
    const auto plan = [&](const std::string& tenant, const std::string& file) {
        if (!done.insert(tenant).second) return;
        std::erase_if(database_.states_, [&](const auto& state) { return state.tenant == tenant; });
        TenantState state;
        state.tenant = tenant;
        state.version_id = version_id;
        state.first_file = file;
        state.state = "planned";
        state.changed = database_.now_;
        database_.states_.push_back(state);
    };
    for (const auto& step : steps) plan(step.owner, step.migration->file);
    for (const auto& each : owed) plan(each.tenant, each.first_file);
}

void FakeRun::fail_state(const Step& step, const std::string& message) {
    const std::lock_guard lock(database_.mutex_);
    for (auto& state : database_.states_) {
        if (state.tenant != step.owner) continue;
        state.state = "failed";
        state.file = step.migration->file;
        state.message = message;
    }
}

void FakeRun::execute(const Step& step, const db::ApplyRequest& request, Progress& progress) {
    if (request.stop.stop_requested()) throw Error(ErrorKind::Cancelled, "cancelled, rolled back");
    if (request.progress) {
        progress.phase = "applying";
        progress.file = step.migration->file;
        request.progress(progress);
    }
    ++progress.executions_done;
    if (request.action == Action::Sync) return;

    const FakeConnector::Execution execution{step.migration->file, step.schema};
    std::function<void(const FakeConnector::Execution&)> hook;
    {
        const std::lock_guard lock(database_.mutex_);
        hook = database_.execution_hook_;
    }
    if (hook) hook(execution);
    if (request.stop.stop_requested()) throw Error(ErrorKind::Cancelled, "cancelled, rolled back");

    const std::lock_guard lock(database_.mutex_);
    throw_unless_ours();
    database_.executions_.push_back(execution);
    const auto failure = database_.failures_.find(execution.file);
    if (failure != database_.failures_.end() &&
        failure->second.tenant.value_or(execution.schema) == execution.schema) {
        throw Error(
            ErrorKind::MigrationFailed,
            "SQL migration " + execution.file + " failed with error: " + failure->second.message
        );
    }
}

void FakeRun::commit(
    const std::vector<Step>& steps,
    std::size_t first,
    std::size_t end,
    const db::ApplyRequest& request,
    std::int64_t version_id
) {
    const std::lock_guard lock(database_.mutex_);
    throw_unless_ours();
    if (request.new_tenant &&
        std::find(
            database_.tenants_.begin(), database_.tenants_.end(), request.new_tenant->str()
        ) == database_.tenants_.end()) {
        database_.tenants_.push_back(request.new_tenant->str());
    }
    if (first == end) return;  // no version without rows
    if (database_.versions_.empty() || database_.versions_.back().id != version_id) {
        database_.versions_.push_back({version_id, request.version_name, database_.now_});
    }
    for (auto i = first; i < end; ++i) {
        database_.rows_.push_back(
            {++database_.last_row_,
             *steps[i].migration,
             steps[i].schema,
             database_.now_,
             version_id}
        );
    }
    for (auto i = first; i < end; ++i) {
        const auto& owner = steps[i].owner;
        const bool more = std::any_of(
            steps.begin() + static_cast<std::ptrdiff_t>(end),
            steps.end(),
            [&](const auto& step) { return step.owner == owner; }
        );
        if (more) continue;
        std::erase_if(database_.states_, [&](const auto& state) { return state.tenant == owner; });
    }
}

db::ApplyResult FakeRun::apply(const Plan& plan, const db::ApplyRequest& request) {
    const auto work = steps(plan);
    std::int64_t version_id = 0;
    {
        const std::lock_guard lock(database_.mutex_);
        throw_unless_ours();
        const auto& tenants = database_.tenants_;
        if (request.new_tenant &&
            std::find(tenants.begin(), tenants.end(), request.new_tenant->str()) != tenants.end()) {
            throw Error(
                ErrorKind::MigrationFailed,
                "Failed to add tenant entry: tenant " + request.new_tenant->str() +
                    " already exists"
            );
        }
        if (!work.empty()) version_id = ++database_.last_version_;
    }

    const bool per_tenant = database_.atomicity_ == db::Atomicity::Tenant;
    const bool keeps_states =
        (per_tenant || !request.owed.empty()) && !request.dry_run && !work.empty();
    if (keeps_states) plan_states(work, request.owed, version_id);
    if (per_tenant && keeps_states && request.action == Action::Apply && !request.new_tenant) {
        return apply_fleet(plan, work, request, version_id);
    }

    Progress progress;
    progress.executions = work.size();
    progress.files = plan.files.size();
    progress.tenants = plan.tenants.size();
    std::size_t first = 0;
    for (std::size_t i = 0; i < work.size(); ++i) {
        try {
            execute(work[i], request, progress);
        } catch (const Error& error) {
            if (keeps_states) fail_state(work[i], error.what());
            if (first == 0) throw;
            throw Error(
                error.kind(),
                std::string(error.what()) + "\nVersion " + std::to_string(version_id) +
                    " keeps what was committed before"
            );
        }
        const bool ends = i + 1 < work.size() && work[i + 1].transaction != work[i].transaction;
        if (ends && !request.dry_run) {
            commit(work, first, i + 1, request, version_id);
            first = i + 1;
        }
    }
    if (request.progress) {
        progress.phase = "committing";
        progress.file.clear();
        progress.files_done = progress.files;
        progress.tenants_done = progress.tenants;
        request.progress(progress);
    }
    if (!request.dry_run) commit(work, first, work.size(), request, version_id);
    db::ApplyResult result{.version_id = version_id};
    const bool in_one = !work.empty() && work.back().transaction == 0;
    if (request.dry_run && request.keep_rolled_back && in_one) {
        result.rolled_back = rolled_back(work, request.version_name, version_id);
    }
    return result;
}

db::RolledBack FakeRun::rolled_back(
    const std::vector<Step>& steps, const std::string& version_name, std::int64_t version_id
) const {
    const std::lock_guard lock(database_.mutex_);
    db::RolledBack recorded{.version = {version_id, version_name, database_.now_}, .rows = {}};
    for (const Step& step : steps) {
        Migration migration = *step.migration;
        migration.contents.clear();
        recorded.rows.push_back(
            {++database_.last_row_, std::move(migration), step.schema, database_.now_, version_id}
        );
    }
    return recorded;
}

void FakeRun::rename(const std::vector<db::Rename>& renames) {
    const std::lock_guard lock(database_.mutex_);
    throw_unless_ours();
    for (const auto& [from, to] : renames) {
        for (auto& row : database_.rows_) {
            if (row.migration.file == from) row.migration.file = to;
        }
    }
}

db::TenantTraces FakeRun::remove_tenant(
    const SchemaName& tenant, const std::vector<Migration>& /*sources*/, bool drop_schema
) {
    const std::lock_guard lock(database_.mutex_);
    throw_unless_ours();
    const std::string& name = tenant.str();
    const db::TenantTraces traces = database_.traces_of(name);
    if (!traces.any()) return traces;
    if (drop_schema) database_.objects_.erase(name);
    std::erase(database_.tenants_, name);
    std::erase_if(database_.rows_, [&](const auto& row) {
        return row.schema == name && is_for_tenants(row.migration.type);
    });
    std::erase_if(database_.states_, [&](const auto& state) { return state.tenant == name; });
    return traces;
}

void FakeRun::settle(const std::vector<std::string>& tenants) {
    const std::lock_guard lock(database_.mutex_);
    throw_unless_ours();
    std::erase_if(database_.states_, [&](const auto& state) {
        return std::ranges::find(tenants, state.tenant) != tenants.end();
    });
}

void FakeRun::store_fingerprints(const std::vector<db::StoredFingerprint>& fingerprints) {
    const std::lock_guard lock(database_.mutex_);
    throw_unless_ours();
    for (const auto& each : fingerprints) database_.fingerprints_[each.tenant] = each;
}

void FakeRun::accept(const Migration& migration, const std::vector<std::string>& /*names*/) {
    const std::lock_guard lock(database_.mutex_);
    throw_unless_ours();
    for (auto& row : database_.rows_) {
        if (row.migration.file != migration.file) continue;
        row.migration.contents = migration.contents;
        row.migration.check_sum = migration.check_sum;
    }
}

void FakeRun::forget(
    const SchemaName& tenant,
    const std::vector<const Migration*>& files,
    const std::vector<std::string>& /*other_names*/
) {
    const std::lock_guard lock(database_.mutex_);
    throw_unless_ours();
    for (const Migration* file : files) {
        std::erase_if(database_.rows_, [&](const auto& row) {
            return row.schema == tenant.str() && row.migration.file == file->file;
        });
    }
    std::erase_if(database_.states_, [&](const auto& state) {
        return state.tenant == tenant.str();
    });
    TenantState state;
    state.tenant = tenant.str();
    state.first_file = files.front()->file;
    state.state = "planned";
    state.changed = database_.now_;
    database_.states_.push_back(state);
}

}  // namespace migrator::test
