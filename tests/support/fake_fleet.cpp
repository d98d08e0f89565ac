// Tenants one by one, in waves, as a server with Atomicity::Tenant does it.
#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "support/fake_run.hpp"

namespace migrator::test {
namespace {

/// The tenants of `owners` in the order of the plan.
std::vector<std::string> at_work(const Plan& plan, const std::set<std::string>& owners) {
    std::vector<std::string> tenants;
    for (const auto& tenant : plan.tenants) {
        if (owners.contains(tenant)) tenants.push_back(tenant);
    }
    return tenants;
}

void count(db::ApplyResult& result, const Plan& plan, const Migration* file) {
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        if (plan.files[i].migration == file) ++result.executions[i];
    }
}

}  // namespace

db::ApplyResult FakeRun::apply_fleet(
    const Plan& plan,
    const std::vector<Step>& steps,
    const db::ApplyRequest& request,
    std::int64_t version_id
) {
    db::ApplyResult result{.executions = std::vector<std::size_t>(plan.files.size())};
    std::set<std::string> owners;
    for (const auto& step : steps) owners.insert(step.owner);
    const auto tenants = at_work(plan, owners);
    auto waves = request.waves;
    if (waves.empty()) waves.push_back(tenants.size());

    Progress progress;
    progress.executions = steps.size();
    progress.files = plan.files.size();
    progress.tenants = plan.tenants.size();
    std::set<std::string> failed;
    const auto over = [&] {
        const std::size_t most = request.max_failures
                                     ? request.max_failures->rounded_down(tenants.size())
                                     : database_.max_failures_;
        return failed.size() > most;
    };
    std::size_t done = 0;
    for (std::size_t wave = 0; wave < waves.size() && !over(); ++wave) {
        const std::set<std::string> here(
            tenants.begin() + static_cast<std::ptrdiff_t>(wave == 0 ? 0 : waves[wave - 1]),
            tenants.begin() + static_cast<std::ptrdiff_t>(waves[wave])
        );
        for (std::size_t first = 0; first < steps.size() && !over();) {
            std::size_t end = first;
            while (end < steps.size() && steps[end].transaction == steps[first].transaction) ++end;
            const std::string owner = steps[first].owner;
            const bool mine = owner.empty() ? wave == 0 : here.contains(owner);
            if (mine && !failed.contains(owner)) {
                std::size_t at = first;
                try {
                    for (; at < end; ++at) execute(steps[at], request, progress);
                    commit(steps, first, end, request, version_id);
                    result.version_id = version_id;
                    for (std::size_t i = first; i < end; ++i)
                        count(result, plan, steps[i].migration);
                } catch (const Error& error) {
                    if (at < end) fail_state(steps[at], error.what());
                    if (owner.empty() || error.kind() != ErrorKind::MigrationFailed) throw;
                    failed.insert(owner);
                    result.failures.push_back(
                        {.tenant = owner,
                         .file = steps[at].migration->file,
                         .statement = 1,
                         .sqlstate = "",
                         .message = error.what()}
                    );
                    ++progress.tenants_failed;
                    if (request.progress) {
                        Progress shown = progress;
                        shown.failed_now = {result.failures.back()};
                        request.progress(shown);
                    }
                }
            }
            first = end;
        }
        for (const auto& tenant : here) {
            const std::lock_guard lock(database_.mutex_);
            const bool open = std::ranges::any_of(database_.states_, [&](const auto& state) {
                return state.tenant == tenant;
            });
            if (!open) ++done;
        }
    }
    result.fleet = FleetSummary{
        .tenants_done = static_cast<std::int64_t>(done),
        .tenants_failed = static_cast<std::int64_t>(failed.size()),
        .tenants_skipped =
            static_cast<std::int64_t>(tenants.size() - done - failed.size() + request.owed.size())};
    return result;
}

}  // namespace migrator::test
