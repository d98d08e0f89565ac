#include "plan/tenant_rows.hpp"

#include <string_view>
#include <unordered_set>

namespace migrator::plan {

std::vector<std::string> distinct_tenants(const Applied& applied) {
    std::unordered_set<std::string_view> seen;
    seen.reserve(applied.tenants.size());
    std::vector<std::string> tenants;
    tenants.reserve(applied.tenants.size());
    for (const std::string& tenant : applied.tenants) {
        if (seen.insert(tenant).second) tenants.push_back(tenant);
    }
    return tenants;
}

TenantRows::TenantRows(const Applied& applied, const std::string& tenant)
    : managed_(applied.counts.contains(tenant)) {
    const auto listed = applied.files_of_tenant.find(tenant);
    if (listed != applied.files_of_tenant.end()) {
        some_ = &listed->second;
    } else {
        all_ = managed_;  // the files of a tenant that lacks some would have been listed
    }
}

bool TenantRows::has(const std::string& file) const {
    return all_ || (some_ != nullptr && some_->contains(file));
}

}  // namespace migrator::plan
