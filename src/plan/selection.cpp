#include "plan/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "core/error.hpp"
#include "core/wildcard.hpp"

namespace migrator::plan {
namespace {

using Names = std::vector<std::string>;
using NameSet = std::unordered_set<std::string_view>;

constexpr std::size_t kLongestName = 1'000;
constexpr std::size_t kMostPatterns = 100;

bool is_pattern(std::string_view name) { return name.find('*') != std::string_view::npos; }

/// The first tenant migration that the plan has for each tenant with tenant files; null for one
/// that has scripts alone.
std::unordered_map<std::string_view, const Migration*> first_migrations(const Plan& plan) {
    std::unordered_map<std::string_view, const Migration*> first;
    const Names* last = nullptr;
    for (const PlannedFile& file : plan.files) {
        if (!is_for_tenants(file.migration->type)) continue;
        const bool is_migration = is_tenant_migration(file.migration->type);
        if (file.schemas.get() == last && is_migration) continue;  // they have an earlier one
        if (is_migration) last = file.schemas.get();
        for (const std::string& tenant : *file.schemas) {
            first.emplace(tenant, is_migration ? file.migration : nullptr);
        }
    }
    return first;
}

/// For the tenants of `kept` alone; tenant files that nobody of them gets are left out.
std::vector<PlannedFile> restricted(const Plan& plan, const NameSet& kept) {
    std::vector<PlannedFile> files;
    std::shared_ptr<const Names> whole;
    std::shared_ptr<const Names> part;
    for (const PlannedFile& file : plan.files) {
        if (!is_for_tenants(file.migration->type) || file.schemas->empty()) {
            files.push_back(file);
            continue;
        }
        if (file.schemas != whole) {  // files for the same tenants go on sharing one list
            whole = file.schemas;
            Names names;
            for (const std::string& tenant : *whole) {
                if (kept.contains(tenant)) names.push_back(tenant);
            }
            part = std::make_shared<const Names>(std::move(names));
        }
        if (!part->empty()) files.push_back({file.migration, part});
    }
    return files;
}

std::vector<std::size_t> steps(const Selection& selection, std::size_t tenants) {
    std::vector<std::size_t> ends;
    if (selection.canary) {
        ends.push_back(std::min(selection.canary->rounded_up(tenants), tenants));
    }
    for (const Share& wave : selection.waves) {
        const std::size_t end = std::min(wave.rounded_up(tenants), tenants);
        if (end > (ends.empty() ? 0 : ends.back())) ends.push_back(end);
    }
    return ends;
}

/// Whether a state that is recorded says already that the tenant is owed its files from `first` on.
class KnownStates {
public:
    KnownStates(const std::vector<Migration>& sources, const Applied& applied) {
        for (std::size_t i = 0; i < sources.size(); ++i) positions_.emplace(sources[i].file, i);
        for (const TenantState& state : applied.states) {
            first_files_.emplace(state.tenant, state.first_file);
        }
    }
    bool cover(std::string_view tenant, const std::string& first) const {
        const auto state = first_files_.find(tenant);
        if (state == first_files_.end()) return false;
        const auto known = positions_.find(state->second);
        return known != positions_.end() && known->second <= positions_.at(first);
    }

private:
    std::unordered_map<std::string_view, std::size_t> positions_;
    std::unordered_map<std::string_view, std::string_view> first_files_;
};

}  // namespace

bool is_meant(const std::string& tenant, const Names& names) {
    return std::ranges::any_of(names, [&](const auto& name) {
        return matches_wildcards(name, tenant);
    });
}

void check_names(const Names& names) {
    std::size_t patterns = 0;
    for (const std::string& name : names) {
        if (name.size() > kLongestName) {
            throw Error(
                ErrorKind::InvalidRequest,
                fmt::format(
                    "a tenant name or pattern has {} bytes, the limit is {}",
                    name.size(),
                    kLongestName
                )
            );
        }
        if (is_pattern(name)) ++patterns;
    }
    if (patterns <= kMostPatterns) return;
    throw Error(
        ErrorKind::InvalidRequest,
        fmt::format("there are {} tenant patterns, the limit is {}", patterns, kMostPatterns)
    );
}

Names chosen(const Names& tenants, const Names& names) {
    if (names.empty()) return tenants;
    std::unordered_map<std::string_view, bool> is_met;
    std::vector<std::string_view> patterns;
    for (const std::string& name : names) {
        if (is_met.emplace(name, false).second && is_pattern(name)) patterns.push_back(name);
    }
    Names result;
    for (const std::string& tenant : tenants) {
        const auto called = is_met.find(tenant);
        bool is_meant = called != is_met.end();
        if (is_meant) called->second = true;
        for (const std::string_view pattern : patterns) {
            if (!matches_wildcards(pattern, tenant)) continue;
            is_meant = true;
            is_met[pattern] = true;
        }
        if (is_meant) result.push_back(tenant);
    }
    for (const std::string& name : names) {
        if (is_met.at(name)) continue;
        throw Error(
            ErrorKind::NotFound,
            is_pattern(name) ? fmt::format("no tenant matches {}", name)
                             : fmt::format("tenant {} does not exist", name)
        );
    }
    return result;
}

Narrowed narrow(
    const Plan& plan,
    const std::vector<Migration>& sources,
    const Applied& applied,
    const Selection& selection
) {
    if (selection.is_everybody()) return {.plan = plan, .owed = {}, .waves = {}};
    const auto first = first_migrations(plan);
    Narrowed narrowed{.plan = {.files = {}, .tenants = chosen(plan.tenants, selection.names)}};
    const NameSet without(selection.without.begin(), selection.without.end());
    const NameSet ignored(selection.ignored.begin(), selection.ignored.end());
    std::erase_if(narrowed.plan.tenants, [&](const auto& name) { return ignored.contains(name); });
    Names working;
    for (const std::string& tenant : narrowed.plan.tenants) {
        if (first.contains(tenant) && !without.contains(tenant)) working.push_back(tenant);
    }
    narrowed.waves = steps(selection, working.size());
    if (!narrowed.waves.empty()) working.resize(narrowed.waves.back());
    const bool steps_are_asked_for = selection.canary || !selection.waves.empty();
    if (steps_are_asked_for) narrowed.plan.tenants = working;
    if (narrowed.waves.size() < 2) narrowed.waves.clear();
    const NameSet kept(working.begin(), working.end());
    narrowed.plan.files = restricted(plan, kept);

    const KnownStates states(sources, applied);
    for (const std::string& tenant : plan.tenants) {
        const auto file = first.find(tenant);
        if (file == first.end() || file->second == nullptr || kept.contains(tenant)) continue;
        if (ignored.contains(tenant)) continue;
        if (states.cover(tenant, file->second->file)) continue;
        narrowed.owed.push_back({tenant, file->second->file});
    }
    return narrowed;
}

}  // namespace migrator::plan
