#pragma once

#include <string>
#include <vector>

#include "coordinator/options.hpp"
#include "core/plan.hpp"
#include "plan/selection.hpp"

namespace migrator::coordinator {

/// Tenants that a run does not work for as it is planned, and why.
struct SetAside {
    std::vector<TenantFailure> failures;  ///< they have failed before it begins
    std::vector<std::string> skipped;     ///< they are left out, and are owed nothing
    std::vector<std::string> notes;       ///< what the answer says of tenants
    std::vector<std::string> warnings;    ///< for the log alone
    std::string advice;  ///< what to do about failures that don't say it; may be empty
};

/// What a run is asked for, as far as it matters here.
struct AskedRun {
    Action action = Action::Apply;
    bool reconcile = false;
    UnmanagedTenants unmanaged = UnmanagedTenants::Apply;  ///< unless the options say
};

/// `pending` is what all tenants would get. Of those whom `tenants` does not name nothing is said.
SetAside set_aside(
    const Plan& pending,
    const std::vector<Migration>& sources,
    const Applied& applied,
    const plan::Selection& tenants,
    const AskedRun& run,
    const Options& options
);

}  // namespace migrator::coordinator
