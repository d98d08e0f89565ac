// A run that works for tenants one by one: wave after wave, in each of them phase after phase.
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/log.hpp"
#include "db/sql/apply/application.hpp"

namespace migrator::db::sql::apply {
namespace {

std::size_t executions_of(const Plan& plan) {
    std::size_t executions = 0;
    for (const PlannedFile& file : plan.files) executions += file.schemas->size();
    return executions;
}

}  // namespace

void Application::run_fleet() {
    const std::size_t executions = executions_of(facts_.plan);
    progress_.plan_executions(executions);
    if (executions == 0) return;
    facts_.version_id = metadata().next_version_id();
    if (facts_.commits_each_file) read_interrupted();
    write_intent();
    phases_ = fleet_phases(facts_.plan);
    Fleet fleet(facts_, progress_, outside_transaction_, tenants_at_work(phases_));
    std::vector<std::size_t> waves = facts_.request.waves;
    if (waves.empty() || waves.back() < fleet.tenants()) waves.push_back(fleet.tenants());
    std::size_t begin = 0;
    try {
        for (const std::size_t end : waves) {
            if (waves.size() > 1) {
                log::info(fmt::format("Tenants {} to {} of {}", begin + 1, end, fleet.tenants()));
            }
            run_wave(fleet, begin, end);
            if (fleet.has_failed()) break;
            begin = end;
        }
    } catch (const Error& error) {
        throw Error(error.kind(), error.what() + failures_text(fleet));
    }
    conclude(fleet);
}

/// The files of single schemas run with the first wave, each where it stands.
void Application::run_wave(Fleet& fleet, std::size_t begin, std::size_t end) {
    fleet.reach(end);
    for (const FleetPhase& phase : phases_) {
        if (facts_.work.stop.stop_requested()) {
            throw Error(ErrorKind::Cancelled, "stopped after the tenants in work");
        }
        if (phase.for_tenants) {
            fleet.run(phase.wave(begin, end));
        } else if (begin == 0) {
            run_singles(phase);
        }
        if (fleet.has_failed()) return;
    }
    if (facts_.work.stop.stop_requested() && fleet.tenants_done() + fleet.failures().size() < end) {
        throw Error(ErrorKind::Cancelled, "stopped after the tenants in work");
    }
}

void Application::run_singles(const FleetPhase& phase) {
    const Plan part{.files = {phase.files.begin(), phase.files.end()}, .tenants = {}};
    for (Group& group : make_groups(part, phase.first_file)) {
        if (!phase.last_single) group.finished.clear();
        run_group(group);
    }
}

void Application::conclude(const Fleet& fleet) {
    const std::size_t done = fleet.tenants_done();
    const std::size_t failed = fleet.failures().size();
    result_.failures = fleet.failures();
    result_.fleet = FleetSummary{
        .tenants_done = static_cast<std::int64_t>(done),
        .tenants_failed = static_cast<std::int64_t>(failed),
        .tenants_skipped =
            static_cast<std::int64_t>(fleet.tenants() - done - failed + facts_.request.owed.size()),
        .retries = static_cast<std::int64_t>(fleet.retries())};
    result_.executions = progress_.committed_by_file();
    result_.notes.insert(result_.notes.end(), fleet.notes().begin(), fleet.notes().end());
    if (progress_.committed() == 0) facts_.version_id = 0;  // there is no version without rows
}

std::string Application::failures_text(const Fleet& fleet) {
    if (fleet.failures().empty()) return {};
    const TenantFailure& first = fleet.failures().front();
    return fmt::format(
        "\n{} of {} tenants failed before, the first: {}: {}",
        fleet.failures().size(),
        fleet.tenants(),
        first.tenant,
        first.message
    );
}

}  // namespace migrator::db::sql::apply
