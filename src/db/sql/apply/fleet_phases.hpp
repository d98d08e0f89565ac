#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/plan.hpp"
#include "db/sql/apply/units.hpp"

namespace migrator::db::sql::apply {

/// What a phase has to do for one tenant.
struct TenantPart {
    std::size_t place = 0;  ///< of the tenant among those that the plan has files for
    const std::string* tenant = nullptr;
    std::vector<std::uint32_t> files;  ///< positions in the plan, in order; never empty
    bool last = false;                 ///< nothing is left for the tenant after it
};

/// A phase of a run that works for tenants one by one. Lends from the plan.
struct FleetPhase {
    bool for_tenants = false;
    std::span<const PlannedFile> files;
    std::size_t first_file = 0;     ///< position of the first of them in the plan
    std::vector<TenantPart> parts;  ///< by `place`; none when it is for single schemas
    bool last_single = false;       ///< no phase for single schemas comes after it

    /// The parts of the tenants at the places from `begin` up to `end`.
    std::span<const TenantPart> wave(std::size_t begin, std::size_t end) const;
};

std::vector<FleetPhase> fleet_phases(const Plan& plan);

/// How many tenants the plan has files for.
std::size_t tenants_at_work(const std::vector<FleetPhase>& phases);

/// The transactions, and files outside of one, of a part. `outside` says of each file of the plan
/// whether it runs outside a transaction. `each_file`: each has a transaction of its own.
std::vector<Unit> units_of(
    const TenantPart& part,
    const Plan& plan,
    const std::vector<bool>& outside,
    bool each_file = false
);

}  // namespace migrator::db::sql::apply
