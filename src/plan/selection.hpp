#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/plan.hpp"
#include "core/share.hpp"

namespace migrator::plan {

/// Which tenants a run works for, and in which steps. Without any of it: all, at once.
struct Selection {
    std::vector<std::string> names;  ///< tenant names, `*` for any characters; empty: all
    /// So many of those that have something to do first; without `waves` no more.
    std::optional<Share> canary;
    /// Then up to so many of those that have something to do, the first ones included. The run
    /// ends behind the last wave.
    std::vector<Share> waves;
    std::vector<std::string> without;  ///< tenants that nobody can work for, whoever is chosen
    std::vector<std::string> ignored;  ///< tenants that are not looked at, and are owed nothing

    bool is_everybody() const {
        return names.empty() && !canary && waves.empty() && without.empty() && ignored.empty();
    }
    bool operator==(const Selection&) const = default;
};

/// A plan for some of the tenants it was made for.
struct Narrowed {
    Plan plan;
    /// The others that have files pending, but for those whose recorded state says so already.
    std::vector<OwedTenant> owed;
    /// How many tenants with files each step brings up in all; empty when there is one.
    std::vector<std::size_t> waves;
};

/// Throws InvalidRequest, naming the limit, when a name or pattern is longer than any name can be,
/// or when there are too many patterns: each is compared with each tenant.
void check_names(const std::vector<std::string>& names);

/// Whether one of `names`, with `*` for any characters, means `tenant`.
bool is_meant(const std::string& tenant, const std::vector<std::string>& names);

/// The names among `tenants` that the selection means, in their order. Throws NotFound when a name
/// or pattern means nobody.
std::vector<std::string> chosen(
    const std::vector<std::string>& tenants, const std::vector<std::string>& names
);

/// What `plan` is for the selection. Files of single schemas stay, each in its place.
Narrowed narrow(
    const Plan& plan,
    const std::vector<Migration>& sources,
    const Applied& applied,
    const Selection& selection
);

}  // namespace migrator::plan
