#include "plan/bad_tenants.hpp"

#include <fmt/format.h>

#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace migrator::plan {
namespace {

/// Which files of a plan a tenant gets. Files for the same tenants share one list.
class Planned {
public:
    explicit Planned(const Plan& plan) : plan_(plan) {}

    /// The first one that `misfits` has.
    const Migration* first_of(
        const std::unordered_map<std::string, std::string>& misfits, const std::string& tenant
    ) {
        for (const PlannedFile& file : plan_.files) {
            if (!is_for_tenants(file.migration->type) || !misfits.contains(file.migration->file)) {
                continue;
            }
            auto& names = names_[file.schemas.get()];
            if (names.empty()) names.insert(file.schemas->begin(), file.schemas->end());
            if (names.contains(tenant)) return file.migration;
        }
        return nullptr;
    }

private:
    const Plan& plan_;
    std::unordered_map<const void*, std::unordered_set<std::string_view>> names_;
};

}  // namespace

std::vector<TenantFailure> unworkable(
    const Plan& plan, const Applied& applied, const Selection& selection
) {
    std::vector<TenantFailure> failures;
    Planned planned(plan);
    for (const BadTenant& bad : applied.bad_tenants) {
        if (!selection.names.empty() && !is_meant(bad.tenant, selection.names)) continue;
        TenantFailure failure{
            .tenant = bad.tenant,
            .file = {},
            .statement = 0,
            .sqlstate = {},
            .message = bad.message};
        if (bad.files != nullptr) {
            const Migration* file = planned.first_of(*bad.files, bad.tenant);
            if (file == nullptr) continue;
            failure.file = file->file;
            failure.message = fmt::format(
                "SQL migration {} failed with error: it does not fit tenant {}: {}",
                file->file,
                bad.tenant,
                bad.files->at(file->file)
            );
        }
        failures.push_back(std::move(failure));
    }
    return failures;
}

}  // namespace migrator::plan
