#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/migration.hpp"
#include "core/plan.hpp"
#include "plan/fleet.hpp"

namespace migrator::plan {

/// Why a tenant's last run did not end well, and what to do.
struct TenantTrouble {
    TenantState state;                 ///< its message without the place of the statement
    std::string version_name;          ///< empty: nothing was recorded under it
    std::uint32_t line = 0;            ///< of the failed statement, in the file; 0: unknown
    std::size_t failed_statement = 0;  ///< its number in the file, from 1; 0: unknown
    /// Its whole text as the file has it now, for the tenant's schema; empty: unknown.
    std::string statement_text;
    std::string hint;  ///< a sentence or two
};

/// Everything that is known of one tenant.
struct TenantReport {
    TenantStanding standing;
    std::vector<std::string> pending;     ///< migrations of the next apply, in source order
    std::vector<AppliedMigration> files;  ///< newest first, without contents; not all when there
                                          ///< are more than `kMostFiles`
    std::size_t files_total = 0;
    std::vector<Version> versions;  ///< that brought these files, newest first
    std::optional<TenantTrouble> trouble;

    static constexpr std::size_t kMostFiles = 1'000;
};

}  // namespace migrator::plan
