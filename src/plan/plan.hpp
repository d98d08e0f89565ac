#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/plan.hpp"
#include "core/schema_name.hpp"

/// Pure functions: what is missing, in which order, in which phases. All take the sources in
/// source order (`loader/loader.hpp`) and what the metadata says.
namespace migrator::plan {

/// Who decides that a tenant migration is pending.
enum class PendingRule : std::uint8_t {
    PerFile,    ///< pending for all tenants while nobody has it
    PerTenant,  ///< also pending for a tenant that lacks it, if the tenant is managed
};

struct Options {
    PendingRule rule = PendingRule::PerFile;
    bool reconcile = false;  ///< every tenant gets every file that it lacks
};

/// What a run has to do: pending migrations, and all scripts. The plan points into `sources`.
Plan pending(const std::vector<Migration>& sources, const Applied& applied, const Options& options);

/// What a new tenant gets: all tenant migrations and tenant scripts, whatever is recorded.
Plan for_new_tenant(const std::vector<Migration>& sources, const SchemaName& tenant);

/// Migrations whose recorded checksum differs from the file's, in source order. Scripts and
/// files recorded without a checksum are not compared.
std::vector<Migration> changed(const std::vector<Migration>& sources, const Applied& applied);

/// Managed tenants that lack recorded tenant migrations which no run has planned for them, in
/// tenant order.
std::vector<LaggingTenant> lagging(const std::vector<Migration>& sources, const Applied& applied);

/// Tenants without any recorded tenant migration, while the source has recorded ones which no run
/// has planned for them.
std::vector<std::string> unmanaged(const std::vector<Migration>& sources, const Applied& applied);

/// Tenants without any recorded tenant migration that get migrations by this plan and still lack
/// recorded ones that come before, with the first that they get; in tenant order. For a plan that
/// does not reconcile.
std::vector<OwedTenant> given_newest_alone(
    const Plan& plan, const std::vector<Migration>& sources, const Applied& applied
);

/// Names with records of tenant migrations or of runs that are not in the tenant list, sorted:
/// tenants that were deleted, as a rule.
std::vector<std::string> unlisted(const Applied& applied);

/// A stretch of the plan that one kind of schema runs: single-schema files or tenant files.
struct Phase {
    bool for_tenants = false;
    std::span<const PlannedFile> files;
};

/// The plan as a row of phases, in source order. Points into `plan`.
std::vector<Phase> phases(const Plan& plan);

/// The counts of a run of this plan; ids and times are left at zero. Of an empty plan all are,
/// tenants too.
Summary summarize(const Plan& plan);

/// The same of a run that has recorded each file for so many schemas, and not for all.
Summary summarize(const Plan& plan, const std::vector<std::size_t>& executions);

}  // namespace migrator::plan
