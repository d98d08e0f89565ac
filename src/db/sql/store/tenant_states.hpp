#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/plan.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::store {

/// `migrator_tenant_state`: what a run had planned for a tenant, and how far it has come. What
/// gives nothing back may be told of later (`Session::execute_later`).
class TenantStates {
public:
    explicit TenantStates(const Tables& tables) : tables_(tables) {}

    std::vector<TenantState> read(const MetadataShape& shape);

    // In the open transaction.
    void write(const TenantState& state);
    /// States "planned" for tenants and the first file of each.
    void plan(
        std::int64_t version_id,
        std::span<const std::string> tenants,
        std::span<const std::string> first_files
    );
    /// Plans `files`, in source order, again for the tenant, unless it is owed an earlier one.
    void plan_again(const std::string& tenant, std::span<const std::string> files);
    /// The file is called otherwise from now on.
    void rename(const std::string& from, const std::string& to);
    /// Waits for the transactions that have changed the tenant's row, and keeps others from that
    /// until this one has ended.
    void lock_row(const std::string& tenant);
    void remove(std::span<const std::string> tenants);

private:
    const Tables tables_;
};

}  // namespace migrator::db::sql::store
