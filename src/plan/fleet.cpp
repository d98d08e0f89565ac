#include "plan/fleet.hpp"

#include <algorithm>
#include <unordered_map>

#include "plan/plan.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::plan {
namespace {

constexpr std::array<std::string_view, kStandings> kNames = {
    "current", "lagging", "unmanaged", "unfinished", "failed", "planned"};

using Files = std::vector<const std::string*>;

/// How many of `files` the tenant has before the first that it lacks.
std::size_t level_of(const TenantRows& rows, const Files& files) {
    if (rows.has_all()) return files.size();
    const auto lacking =
        std::ranges::find_if(files, [&](const std::string* file) { return !rows.has(*file); });
    return static_cast<std::size_t>(lacking - files.begin());
}

bool lacks_something(const TenantRows& rows, const Files& files, std::size_t level) {
    return level < files.size() && !rows.has_all();
}

Standing standing_of(const TenantRows& rows, bool lacks, const TenantState* state) {
    if (state != nullptr) {
        if (state->state == "planned") return Standing::Planned;
        return state->state == "failed" ? Standing::Failed : Standing::Unfinished;
    }
    if (!lacks) return Standing::Current;
    return rows.is_managed() ? Standing::Lagging : Standing::Unmanaged;
}

}  // namespace

std::string_view name_of(Standing standing) { return kNames[static_cast<std::size_t>(standing)]; }

std::optional<Standing> standing_called(std::string_view name) {
    const auto found = std::ranges::find(kNames, name);
    if (found == kNames.end()) return std::nullopt;
    return static_cast<Standing>(found - kNames.begin());
}

FleetStandings fleet_standings(
    const std::vector<Migration>& sources, const Applied& applied, const FleetPage& page
) {
    FleetStandings fleet;
    fleet.findings = findings(sources, applied);
    fleet.unlisted = unlisted(applied);
    Files recorded;
    for (const Migration& source : sources) {
        if (!is_tenant_migration(source.type)) continue;
        if (is_recorded(applied, source)) {
            recorded.push_back(&source.file);
        } else {
            fleet.pending.push_back(source.file);
        }
    }
    std::unordered_map<std::string_view, const TenantState*> states;
    for (const TenantState& state : applied.states) states.emplace(state.tenant, &state);
    std::vector<std::size_t> levels(recorded.size() + 1);
    bool is_behind = page.after.empty();
    for (const std::string& tenant : distinct_tenants(applied)) {
        ++fleet.tenants;
        const TenantRows rows(applied, tenant);
        const std::size_t level = level_of(rows, recorded);
        ++levels[level];
        const auto state = states.find(tenant);
        const TenantState* const own = state == states.end() ? nullptr : state->second;
        const Standing standing = standing_of(rows, lacks_something(rows, recorded, level), own);
        ++fleet.standings[static_cast<std::size_t>(standing)];
        const bool was_behind = is_behind;
        is_behind = is_behind || tenant == page.after;
        if (!was_behind || (page.standing && *page.standing != standing)) continue;
        if (fleet.page.size() == page.limit) {
            fleet.has_more = true;
            continue;
        }
        TenantStanding& shown = fleet.page.emplace_back();
        shown.tenant = tenant;
        shown.standing = standing;
        if (level > 0) shown.level = *recorded[level - 1];
        if (own != nullptr) shown.state = *own;
        for (std::size_t i = level; i < recorded.size() && !rows.has_all(); ++i) {
            if (!rows.has(*recorded[i])) shown.missing.push_back(*recorded[i]);
        }
    }
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (levels[i] == 0) continue;
        fleet.levels.push_back({i == 0 ? std::string() : *recorded[i - 1], levels[i]});
    }
    return fleet;
}

}  // namespace migrator::plan
