#include "db/sql/apply/rollout.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::db::sql::apply {

Rollout::Rollout(const Context& context, std::unique_ptr<Session>& session)
    : context_(context),
      phases_(fleet_phases(context.plan)),
      runner_({context, session, 0, context.stop}),
      fleet_(context, session, tenants_at_work(phases_)) {}

void Rollout::run(ApplyResult& result) {
    std::vector<std::size_t> waves = context_.request.waves;
    if (waves.empty() || waves.back() < fleet_.tenants()) waves.push_back(fleet_.tenants());
    std::size_t begin = 0;
    std::size_t number = 0;
    try {
        for (const std::size_t end : waves) {
            if (waves.size() > 1) {
                context_.progress.wave(++number, waves.size(), begin, end);
                log::info(fmt::format("Tenants {} to {} of {}", begin + 1, end, fleet_.tenants()));
            }
            run_wave(begin, end);
            if (fleet_.has_failed()) break;
            begin = end;
        }
    } catch (const Error& error) {
        throw error.as(error.kind(), error.what() + failures_text());
    }
    conclude(result);
}

/// The files of single schemas run with the first wave, each where it stands.
void Rollout::run_wave(std::size_t begin, std::size_t end) {
    fleet_.reach(end);
    for (const FleetPhase& phase : phases_) {
        if (context_.stop.stop_requested()) {
            throw Error(ErrorKind::Cancelled, "stopped after the tenants in progress");
        }
        if (phase.for_tenants) {
            fleet_.run(phase.wave(begin, end));
        } else if (begin == 0) {
            run_singles(phase);
        }
        if (fleet_.has_failed()) return;
    }
    if (context_.stop.stop_requested() && fleet_.tenants_done() + fleet_.failures().size() < end) {
        throw Error(ErrorKind::Cancelled, "stopped after the tenants in progress");
    }
}

void Rollout::run_singles(const FleetPhase& phase) {
    const Plan part{.files = {phase.files.begin(), phase.files.end()}, .tenants = {}};
    for (Unit& unit : context_.cut(part, phase.first_file)) {
        if (!phase.last_single) unit.finished.clear();
        runner_.run_or_throw(unit);
    }
}

void Rollout::conclude(ApplyResult& result) const {
    const std::size_t done = fleet_.tenants_done();
    const std::size_t failed = fleet_.failures().size();
    const std::size_t skipped = fleet_.tenants() - done - failed + context_.request.owed.size();
    result.failures = fleet_.failures();
    result.fleet = FleetSummary{
        .tenants_done = static_cast<std::int64_t>(done),
        .tenants_failed = static_cast<std::int64_t>(failed),
        .tenants_skipped = static_cast<std::int64_t>(skipped),
        .retries = static_cast<std::int64_t>(fleet_.retries())};
    result.executions = context_.progress.committed_by_file();
    result.notes.insert(result.notes.end(), fleet_.notes().begin(), fleet_.notes().end());
}

std::string Rollout::failures_text() const {
    if (fleet_.failures().empty()) return {};
    const TenantFailure& first = fleet_.failures().front();
    return fmt::format(
        "\n{} of {} tenants had already failed, the first: {}: {}",
        fleet_.failures().size(),
        fleet_.tenants(),
        first.tenant,
        first.message
    );
}

}  // namespace migrator::db::sql::apply
