#include "db/servers/distribution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/count_of.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "db/servers/at_once.hpp"
#include "plan/plan.hpp"

namespace migrator::db::servers {
namespace {

std::size_t executions_of_parts(const std::vector<plan::ServerPart>& parts) {
    std::size_t count = 0;
    for (const plan::ServerPart& part : parts) {
        for (const PlannedFile& file : part.plan.files) count += file.schemas->size();
    }
    return count;
}

}  // namespace

Distribution::Distribution(
    const ServerList& list,
    const Layout& layout,
    Connector& catalog,
    Run& catalog_run,
    const RunOwner& owner,
    const Plan& plan,
    const ApplyRequest& request
)
    : list_(list),
      layout_(layout),
      catalog_(catalog),
      catalog_run_(catalog_run),
      owner_(owner),
      plan_(plan),
      request_(request),
      basis_(*request.basis),
      parts_(plan::by_server(plan, basis_.servers, basis_.catalog_only)),
      progress_(
          request.progress, plan.files.size(), plan.tenants.size(), executions_of_parts(parts_)
      ),
      has_begun_(basis_.servers.size()),
      done_(basis_.servers.size()) {
    for (std::size_t i = 0; i < plan.files.size(); ++i) places_.emplace(plan.files[i].migration, i);
    for (const ServerRecords& server : basis_.servers) {
        ServerOutcome& outcome = ends_.emplace_back();
        outcome.server = server.name;
        if (server.problem.empty()) continue;
        outcome.end = End::Unreachable;
        outcome.message = server.problem;
    }
    for (const plan::ServerPart& part : parts_) ends_[part.server].end = End::NotBegun;
    result_.executions.resize(plan.files.size());
}

/// The tenants of each step, in the order of the plan.
std::vector<std::vector<std::string>> Distribution::waves() const {
    std::vector<std::string> working = plan::working_tenants(plan_);
    std::vector<std::vector<std::string>> waves;
    const bool has_steps = request_.action == Action::Apply && !request_.dry_run;
    std::size_t begin = 0;
    for (const std::size_t end : has_steps ? request_.waves : std::vector<std::size_t>()) {
        const std::size_t last = std::min(end, working.size());
        if (last <= begin) continue;
        waves.emplace_back(
            working.begin() + static_cast<std::ptrdiff_t>(begin),
            working.begin() + static_cast<std::ptrdiff_t>(last)
        );
        begin = last;
    }
    if (waves.empty() || begin < working.size()) {
        waves.emplace_back(working.begin() + static_cast<std::ptrdiff_t>(begin), working.end());
    }
    return waves;
}

ApplyResult Distribution::run() {
    const auto all = waves();
    std::size_t reached = 0;
    for (const auto& tenants : all) {
        reached += tenants.size();
        if (all.size() > 1) {
            log::info(fmt::format(
                "A wave of {} over all servers", count_of(tenants.size(), "tenant", "tenants")
            ));
        }
        run_wave(tenants, &tenants == &all.back(), reached);
        if (is_over()) break;
    }
    return conclude();
}

bool Distribution::is_over() const { return failures_.is_over() || request_.stop.stop_requested(); }

void Distribution::run_wave(
    const std::vector<std::string>& tenants, bool is_last, std::size_t reached
) {
    const std::size_t before = request_.failed_before;
    const Share most = request_.max_failures.value_or(list_.options().max_failures);
    const std::size_t limit = most.rounded_down(reached + before);
    failures_.set_limit(limit - std::min(limit, before));
    std::vector<std::pair<const plan::ServerPart*, Plan>> steps;
    for (const plan::ServerPart& part : parts_) {
        auto planned = part_in_wave(part, tenants, is_last);
        if (planned) steps.emplace_back(&part, std::move(*planned));
    }
    // What a catalog has for all of them is there before anybody needs it.
    const bool begins_with_catalog = !steps.empty() && steps.front().first->server == 0;
    if (begins_with_catalog) work(*steps.front().first, steps.front().second);
    const std::size_t first = begins_with_catalog ? 1 : 0;
    do_at_once(steps.size() - first, list_.connections(), [&](std::size_t i) {
        const log::RequestScope scope(request_.request_id);
        if (!is_over()) work(*steps[first + i].first, steps[first + i].second);
    });
}

/// Files of single schemas come with the first tenants of their server; without any, at the end.
std::optional<Plan> Distribution::part_in_wave(
    const plan::ServerPart& part, const std::vector<std::string>& tenants, bool is_last
) {
    const End now = ends_[part.server].end;
    if (now != End::NotBegun && now != End::Done) return std::nullopt;
    const bool is_first = !has_begun_[part.server];
    Plan planned = plan::for_tenants(part.plan, tenants, is_first);
    if (planned.tenants.empty() && !(is_first && is_last)) return std::nullopt;
    if (planned.empty()) return std::nullopt;
    has_begun_[part.server] = true;
    return planned;
}

void Distribution::work(const plan::ServerPart& part, const Plan& planned) {
    const Server& server = layout_.servers[part.server];
    bool holds_lock = server.is_catalog;
    try {
        if (server.is_catalog && !layout_.has_lists()) {
            return work_on(catalog_, catalog_run_, part, planned);
        }
        const auto connector = list_.open(layout_, server);
        if (server.is_catalog) return work_on(*connector, catalog_run_, part, planned);
        const auto run = connector->try_begin_run(owner_);
        if (run == nullptr) return end(part.server, End::Locked, held_by(*connector));
        holds_lock = true;
        work_on(*connector, *run, part, planned);
    } catch (const Error& error) {
        if (server.is_catalog) catalog_failed_ = std::current_exception();
        fail(part.server, error, holds_lock);
    } catch (const std::exception& error) {  // one of the threads may have no other end
        log::error(fmt::format("Server {}: {}", server.name, error.what()));
        fail(part.server, Error(ErrorKind::Internal, "internal error"), holds_lock);
    }
}

/// What was planned before the lock was a guess: another run may just have ended there.
void Distribution::work_on(
    Connector& connector, Run& run, const plan::ServerPart& part, const Plan& planned
) {
    const Applied here = connector.read_applied(basis_.sources);
    const auto rule = connector.atomicity() == Atomicity::Version ? plan::PendingRule::PerFile
                                                                  : plan::PendingRule::PerTenant;
    const Plan fresh =
        plan::pending(basis_.sources, here, {.rule = rule, .reconcile = basis_.reconcile});
    plan::Narrowed now = plan::still_pending(planned, fresh, basis_.sources, here, basis_.ignored);
    if (now.plan.empty()) return end(part.server, End::Done, {});
    ApplyRequest request = request_;
    request.owed = std::move(now.owed);
    request.waves.clear();
    request.failed_before = 0;
    request.progress = progress_.of(part.server);
    request.renamed = &here.renamed;
    request.basis = nullptr;
    request.shared_failures = &failures_;
    request.keep_rolled_back = request_.keep_rolled_back && part.server == 0;
    {
        const std::lock_guard lock(mutex_);
        request.version_id = ends_[part.server].version_id;
    }
    if (here.base.adopted && !request.dry_run) {
        run.add_places({{*here.base.adopted, here.base.today}});
    }
    take(part.server, now.plan, run.apply(now.plan, request));
}

void Distribution::take(std::size_t server, const Plan& planned, ApplyResult result) {
    const std::lock_guard lock(mutex_);
    const std::string& name = ends_[server].server;
    const bool is_catalog = server == 0;
    for (std::size_t i = 0; i < planned.files.size(); ++i) {
        const PlannedFile& file = planned.files[i];
        const std::size_t executions =
            result.executions.empty() ? file.schemas->size() : result.executions[i];
        std::size_t& all = result_.executions[places_.at(file.migration)];
        all = is_for_tenants(file.migration->type) ? all + executions : std::max(all, executions);
    }
    if (result.fleet) {
        done_[server] += static_cast<std::size_t>(result.fleet->tenants_done);
        if (!result_.fleet) result_.fleet.emplace();
        result_.fleet->retries += result.fleet->retries;
    } else if (!request_.dry_run) {
        done_[server] += plan::working_tenants(planned).size();
    }
    for (const std::string& note : result.notes) {
        result_.notes.push_back(is_catalog ? note : fmt::format("server {}: {}", name, note));
    }
    std::ranges::move(result.notices, std::back_inserter(result_.notices));
    std::ranges::move(result.failures, std::back_inserter(result_.failures));
    if (result.rolled_back) result_.rolled_back = std::move(result.rolled_back);
    if (result.version_id != 0) ends_[server].version_id = result.version_id;
    ends_[server].end = End::Done;
}

void Distribution::fail(std::size_t server, const Error& error, bool holds_lock) {
    const ErrorKind kind = error.kind();
    if (kind == ErrorKind::Cancelled) {
        const std::lock_guard lock(mutex_);
        cancelled_ = std::current_exception();
    }
    // A lock that was held and is lost was lost with the server.
    const bool is_gone =
        kind == ErrorKind::Unavailable || (kind == ErrorKind::Locked && holds_lock);
    // Without the catalog nobody knows where a tenant is.
    if (server == 0 || (!is_gone && kind != ErrorKind::Locked)) failures_.stop();
    const End how = is_gone                     ? End::Unreachable
                    : kind == ErrorKind::Locked ? End::Locked
                                                : End::Failed;
    end(server, how, error.what());
    if (server != 0) {
        log::answered(
            log::Level::Error,
            fmt::format("Server {}: {}", basis_.servers[server].name, error.what())
        );
    }
}

void Distribution::end(std::size_t server, End end, const std::string& message) {
    const std::lock_guard lock(mutex_);
    ends_[server].end = end;
    ends_[server].message = message;
}

std::string Distribution::held_by(Connector& connector) const {
    const auto owner = connector.lock_owner();
    if (!owner) return "its migration lock was not free; run again";
    if (owner->run_id == owner_.run_id) {
        return "it is the same database as that of another server of this configuration; remove "
               "one of the two";
    }
    return fmt::format(
        "its migration lock is held by {}{}; run again when that has ended",
        owner->owner,
        owner->version_name.empty() ? "" : fmt::format(" (version {})", owner->version_name)
    );
}

/// Done, failed, or pending for the next run, whichever server they are on.
void Distribution::count_tenants(FleetSummary& fleet) const {
    std::size_t done = 0;
    for (const std::size_t tenants : done_) done += tenants;
    const std::size_t failed = result_.failures.size();
    const std::size_t working = plan::working_tenants(plan_).size();
    fleet.tenants_done = static_cast<std::int64_t>(done);
    fleet.tenants_failed = static_cast<std::int64_t>(failed);
    fleet.tenants_skipped = static_cast<std::int64_t>(working - std::min(working, done + failed)) +
                            static_cast<std::int64_t>(request_.owed.size());
}

ApplyResult Distribution::conclude() {
    const auto has_done_something = [](const ServerOutcome& outcome) {
        return outcome.version_id != 0;
    };
    if (catalog_failed_ && std::ranges::none_of(ends_, has_done_something)) {
        std::rethrow_exception(catalog_failed_);
    }
    if (cancelled_) std::rethrow_exception(cancelled_);
    if (request_.stop.stop_requested()) {
        throw Error(ErrorKind::Cancelled, "the run was canceled; the next apply resumes there");
    }
    for (ServerOutcome& outcome : ends_) {
        if (outcome.end != End::NotBegun) continue;
        outcome.message = "the run ended before it; its files are pending for the next run";
    }
    result_.version_id = ends_.front().version_id;
    const bool is_partial = std::ranges::any_of(ends_, [](const ServerOutcome& outcome) {
        return outcome.end != End::Done;
    });
    if (is_partial && !result_.fleet) result_.fleet.emplace();
    if (result_.fleet) count_tenants(*result_.fleet);
    result_.servers = std::move(ends_);
    return std::move(result_);
}

}  // namespace migrator::db::servers
