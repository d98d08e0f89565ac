#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/plan.hpp"
#include "plan/selection.hpp"

namespace migrator::plan {

/// One server's part of a plan for several.
struct ServerPart {
    std::size_t server = 0;  ///< its place among `Applied::servers`
    Plan plan;
};

/// Cuts a plan into the parts of the servers that have something to do, in their order. A part's
/// tenants are those of the plan that are on the server. `servers` and `catalog_only`: as in the
/// Applied that the plan is made from.
std::vector<ServerPart> by_server(
    const Plan& plan, const std::vector<ServerRecords>& servers, const FileSet& catalog_only
);

/// The same plan for the tenants of `kept` alone, and without the files of single schemas unless
/// `keeps_singles`.
Plan for_tenants(const Plan& plan, const std::vector<std::string>& kept, bool keeps_singles);

/// The tenants that the plan has files for, in its order.
std::vector<std::string> working_tenants(const Plan& plan);

/// What of `planned` is still to be done, where `fresh` is what was pending when it was looked at
/// last. Tenants of `fresh` that `planned` has nothing for are owed their files, but for `ignored`.
/// `sources` and `applied`: what `fresh` is made from.
Narrowed still_pending(
    const Plan& planned,
    const Plan& fresh,
    const std::vector<Migration>& sources,
    const Applied& applied,
    const std::vector<std::string>& ignored
);

}  // namespace migrator::plan
