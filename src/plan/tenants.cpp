#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "plan/owed_files.hpp"
#include "plan/plan.hpp"
#include "plan/scope.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::plan {
namespace {

/// The source's tenant migrations that somebody has.
class RecordedFiles {
public:
    RecordedFiles(const std::vector<Migration>& sources, const Applied& applied, const Scope& scope)
        : sources_(sources), owed_(sources, applied) {
        for (std::size_t i = 0; i < sources.size(); ++i) {
            if (!is_tenant_migration(sources[i].type)) continue;
            if (scope.is_recorded(sources[i])) positions_.push_back(i);
        }
    }

    /// Those that the tenant lacks and that no run has planned for it, in source order.
    std::vector<std::string> lacking(const std::string& tenant, const TenantRows& rows) const {
        std::vector<std::string> files;
        const std::size_t owed_from = owed_.from(tenant);
        for (const std::size_t i : positions_) {
            if (i >= owed_from) break;
            if (!rows.has(sources_[i].file)) files.push_back(sources_[i].file);
        }
        return files;
    }

private:
    const std::vector<Migration>& sources_;
    const OwedFiles owed_;
    std::vector<std::size_t> positions_;
};

}  // namespace

std::vector<LaggingTenant> lagging(const std::vector<Migration>& sources, const Applied& applied) {
    std::vector<LaggingTenant> result;
    for (const Scope& scope : scopes(applied)) {
        const RecordedFiles recorded(sources, applied, scope);
        for (const std::string& tenant : scope.tenants()) {
            const TenantRows rows(applied, tenant);
            if (!rows.is_managed() || rows.has_all()) continue;
            LaggingTenant lagging{.tenant = tenant, .missing = recorded.lacking(tenant, rows)};
            if (!lagging.missing.empty()) result.push_back(std::move(lagging));
        }
    }
    return result;
}

std::vector<std::string> unmanaged(const std::vector<Migration>& sources, const Applied& applied) {
    std::vector<std::string> result;
    for (const Scope& scope : scopes(applied)) {
        const RecordedFiles recorded(sources, applied, scope);
        for (std::string& tenant : scope.tenants()) {
            const TenantRows rows(applied, tenant);
            if (rows.is_managed() || recorded.lacking(tenant, rows).empty()) continue;
            result.push_back(std::move(tenant));
        }
    }
    return result;
}

std::vector<OwedTenant> given_newest_alone(
    const Plan& plan, const std::vector<Migration>& sources, const Applied& applied
) {
    const std::vector<std::string> tenants = unmanaged(sources, applied);
    const std::unordered_set<std::string_view> wanted(tenants.begin(), tenants.end());
    std::unordered_map<std::string_view, const std::string*> first;
    const void* last = nullptr;  // files for the same tenants share one list
    for (const PlannedFile& file : plan.files) {
        if (wanted.empty()) break;
        if (!is_tenant_migration(file.migration->type) || file.schemas.get() == last) continue;
        last = file.schemas.get();
        for (const std::string& tenant : *file.schemas) {
            if (wanted.contains(tenant)) first.emplace(tenant, &file.migration->file);
        }
    }
    std::vector<OwedTenant> given;
    for (const std::string& tenant : tenants) {
        const auto found = first.find(tenant);
        if (found != first.end()) given.push_back({tenant, *found->second});
    }
    return given;
}

std::vector<std::string> unlisted(const Applied& applied) {
    std::unordered_set<std::string_view> listed(applied.tenants.begin(), applied.tenants.end());
    for (const BadTenant& bad : applied.bad_tenants) listed.insert(bad.tenant);
    listed.insert("");  // the state of single files
    std::set<std::string> found;
    for (const TenantState& state : applied.states) {
        if (!listed.contains(state.tenant)) found.insert(state.tenant);
    }
    for (const auto& [tenant, count] : applied.counts) {
        if (!listed.contains(tenant)) found.insert(tenant);
    }
    return {found.begin(), found.end()};
}

}  // namespace migrator::plan
