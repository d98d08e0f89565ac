#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/plan.hpp"
#include "db/options.hpp"

namespace migrator::db::sql::apply {

/// A unit of work: the part of a plan that one transaction does, or one file that runs outside a
/// transaction.
struct Unit {
    std::vector<PlannedFile> files;    ///< in the order to run them
    std::vector<std::string> schemas;  ///< that it works in, for `Session::use_schemas`
    bool in_transaction = true;
    /// The request's new tenant is made first, in the unit's transaction.
    bool makes_tenant = false;
    /// Tenants ("" for the single files) for which the run is over when this unit is.
    std::vector<std::string> finished;
    /// The one tenant it works for, while other workers may work for others; else empty.
    std::string tenant{};
    /// Its first file has failed before in this run, and the tenant's state says so.
    bool is_repeated = false;
};

/// The tenant of an execution, as `migrator_tenant_state` names it: single files belong to none.
inline std::string tenant_of(const Migration& migration, const std::string& schema) {
    return is_for_tenants(migration.type) ? schema : std::string();
}

/// Calls `use(migration, schema)` for every execution of the unit, in order.
template <typename Use>
void for_each_execution(const Unit& unit, Use&& use) {
    for (const PlannedFile& file : unit.files) {
        for (const std::string& schema : *file.schemas) use(*file.migration, schema);
    }
}

/// The unit's file when it is one for one schema; else null.
const PlannedFile* only_execution(const Unit& unit);

std::size_t executions_of(std::span<const PlannedFile> files);

/// How a plan is cut into transactions.
struct UnitRules {
    Atomicity atomicity = Atomicity::Version;
    std::size_t max_schemas = 0;  ///< that one transaction can work in; 0: no limit
    /// Schemas that every transaction may use, beside those of its own files: scripts and tenant
    /// files name them. Only of interest where `max_schemas` is not 0.
    std::vector<std::string> single_schemas;
    /// One transaction must see everything that comes before it: it is rolled back at the end.
    bool dry_run = false;
    /// Nothing is run, only recorded: one transaction does it.
    bool records_only = false;
    /// Index in the plan: whether the file runs outside a transaction.
    std::vector<bool> outside_transaction;
};

/// Units in the order to run them; none for a plan without executions. In a dry run files that
/// run outside a transaction are left out.
///
/// Atomicity::Version is one unit, cut at files that run outside a transaction.
/// Atomicity::Tenant is one unit for each phase and as many tenants as `max_schemas` allows.
/// Atomicity::File is one unit for each file and schema.
/// A dry run with more tenants than fit repeats the single files in every unit.
std::vector<Unit> make_units(const Plan& plan, const UnitRules& rules);

}  // namespace migrator::db::sql::apply
