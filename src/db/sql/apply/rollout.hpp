#pragma once

#include <memory>
#include <string>
#include <vector>

#include "db/connector.hpp"
#include "db/sql/apply/fleet.hpp"
#include "db/sql/apply/fleet_phases.hpp"
#include "db/sql/apply/unit_runner.hpp"

namespace migrator::db::sql::apply {

/// A plan that is applied tenant by tenant: wave after wave, in each of them phase after phase.
class Rollout {
public:
    /// `session` is the run's own; both are lent.
    Rollout(const Context& context, std::unique_ptr<Session>& session);

    /// Fills `result` with what became of the tenants. Throws what `Fleet::run` and
    /// `UnitRunner::run_or_throw` throw, and Cancelled.
    void run(ApplyResult& result);

private:
    void run_wave(std::size_t begin, std::size_t end);
    void run_singles(const FleetPhase& phase);
    void conclude(ApplyResult& result) const;
    std::string failures_text() const;

    const Context& context_;
    const std::vector<FleetPhase> phases_;
    UnitRunner runner_;  ///< for single schemas
    Fleet fleet_;
};

}  // namespace migrator::db::sql::apply
