#include "coordinator/set_aside.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "core/count_of.hpp"
#include "plan/bad_tenants.hpp"
#include "plan/plan.hpp"

namespace migrator::coordinator {
namespace {

constexpr std::size_t kNamesInNote = 5;

/// "a, b and 3 more".
std::string joined_names(const std::vector<std::string>& names) {
    const std::size_t named = std::min(names.size(), kNamesInNote);
    std::string text = fmt::format(
        "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(named), ", ")
    );
    if (names.size() > named) text += fmt::format(" and {} more", names.size() - named);
    return text;
}

class Sorting {
public:
    Sorting(const plan::Selection& tenants, const Options& options)
        : tenants_(tenants), options_(options) {}

    void take_unworkable(std::vector<TenantFailure> failures) {
        for (TenantFailure& failure : failures) fail(std::move(failure));
    }

    void take_without_schema(const std::vector<std::string>& names) {
        std::vector<std::string> found;
        for (const std::string& name : names) {
            if (is_meant(name)) found.push_back(name);
        }
        if (found.empty()) return;
        const std::string text =
            count_of(found.size(), "tenant is", "tenants are") + " listed without a schema";
        if (options_.missing_schemas == db::MissingSchemas::Warn) {
            found_.warnings.push_back(fmt::format("{}: {}", text, joined_names(found)));
        }
        if (options_.missing_schemas == db::MissingSchemas::Skip) {
            for (const std::string& name : found) skip(name);
            found_.notes.push_back(fmt::format("{} and skipped: {}", text, joined_names(found)));
        }
        if (options_.missing_schemas != db::MissingSchemas::Fail) return;
        for (const std::string& name : found) {
            fail(
                {.tenant = name,
                 .file = {},
                 .statement = 0,
                 .sqlstate = {},
                 .message = fmt::format(
                     "tenant {} is listed, but has no schema yet; create the schema, or set "
                     "missingSchemas: skip",
                     name
                 )}
            );
        }
    }

    void take_unmanaged(const std::vector<OwedTenant>& given, UnmanagedTenants rule) {
        std::vector<std::string> names;
        for (const OwedTenant& each : given) {
            if (!is_meant(each.tenant)) continue;
            names.push_back(each.tenant);
            if (rule == UnmanagedTenants::Skip) skip(each.tenant);
            if (rule == UnmanagedTenants::Refuse) fail(newest_alone(each));
        }
        if (names.empty()) return;
        if (rule == UnmanagedTenants::Apply) {
            // Nobody who has not heard of the key is told of it in answers.
            (options_.unmanaged ? found_.notes : found_.warnings)
                .push_back(fmt::format(
                    "{} no recorded migration and {} the newest files only, from {} on: {}",
                    count_of(names.size(), "tenant has", "tenants have"),
                    names.size() == 1 ? "gets" : "get",
                    given.front().first_file,
                    joined_names(names)
                ));
        } else if (rule == UnmanagedTenants::Skip) {
            found_.notes.push_back(fmt::format(
                "{} no recorded migration and {} skipped: {}",
                count_of(names.size(), "tenant has", "tenants have"),
                names.size() == 1 ? "is" : "are",
                joined_names(names)
            ));
        } else {
            found_.advice =
                "To apply all files to such a tenant: migrator apply --reconcile. If its objects "
                "already exist: migrator sync --tenant TENANT. To apply the newest files only: "
                "unmanaged: apply. To leave it out: unmanaged: skip.";
        }
    }

    SetAside result() { return std::move(found_); }

private:
    bool is_meant(const std::string& tenant) const {
        if (known_.contains(tenant)) return false;
        return tenants_.names.empty() || plan::is_meant(tenant, tenants_.names);
    }
    void fail(TenantFailure failure) {
        known_.insert(failure.tenant);
        found_.failures.push_back(std::move(failure));
    }
    void skip(const std::string& tenant) {
        known_.insert(tenant);
        found_.skipped.push_back(tenant);
    }
    static TenantFailure newest_alone(const OwedTenant& given) {
        return {
            .tenant = given.tenant,
            .file = given.first_file,
            .statement = 0,
            .sqlstate = {},
            .message = fmt::format(
                "tenant {} has no recorded migration, and would get only the newest files, from {} "
                "on",
                given.tenant,
                given.first_file
            )};
    }

    const plan::Selection& tenants_;
    const Options& options_;
    std::unordered_set<std::string> known_;
    SetAside found_;
};

}  // namespace

SetAside set_aside(
    const Plan& pending,
    const std::vector<Migration>& sources,
    const Applied& applied,
    const plan::Selection& tenants,
    const AskedRun& run,
    const Options& options
) {
    Sorting sorting(tenants, options);
    std::vector<TenantFailure> failures = plan::unworkable(pending, applied, tenants);
    if (run.action == Action::Sync) {  // it runs no file, so none has to fit
        std::erase_if(failures, [](const auto& failure) { return !failure.file.empty(); });
    }
    sorting.take_unworkable(std::move(failures));
    if (run.action == Action::Apply) {
        sorting.take_without_schema(applied.without_schema);
        if (!run.reconcile) {
            sorting.take_unmanaged(
                plan::given_newest_alone(pending, sources, applied),
                options.unmanaged.value_or(run.unmanaged)
            );
        }
    }
    return sorting.result();
}

}  // namespace migrator::coordinator
