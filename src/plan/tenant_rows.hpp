#pragma once

#include <string>
#include <vector>

#include "core/plan.hpp"

namespace migrator::plan {

/// Whether the migration has a row as one of its kind, whoever's.
inline bool is_recorded(const Applied& applied, const Migration& migration) {
    const auto known = applied.files.find(migration.file);
    return known != applied.files.end() && known->second.is_recorded_as(migration.type);
}

/// The tenant list without repetitions: the tenants table has no unique constraint, and no file is
/// ever to run twice for a tenant.
std::vector<std::string> distinct_tenants(const Applied& applied);

/// The recorded tenant migrations of the source that one tenant has. Lives as long as `applied`.
class TenantRows {
public:
    TenantRows(const Applied& applied, const std::string& tenant);

    /// It has a row of a tenant migration, of whatever file.
    bool is_managed() const { return managed_; }
    bool has_all() const { return all_; }
    /// For a recorded tenant migration of the source.
    bool has(const std::string& file) const;

private:
    bool managed_;
    bool all_ = false;
    const FileSet* some_ = nullptr;
};

}  // namespace migrator::plan
