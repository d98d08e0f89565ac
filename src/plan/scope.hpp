#pragma once

#include <string>
#include <vector>

#include "core/plan.hpp"
#include "plan/tenant_rows.hpp"

namespace migrator::plan {

/// Whom and what is planned together: all that is recorded, or one server's part of it. A file that
/// one server has says nothing of another. Lends what it is made from.
class Scope {
public:
    /// `server`: one of those of `applied`; null: all that is recorded.
    Scope(const Applied& applied, const ServerRecords* server)
        : applied_(&applied), server_(server) {}

    /// Whether anybody in it has the migration.
    bool is_recorded(const Migration& migration) const {
        return server_ == nullptr ? plan::is_recorded(*applied_, migration)
                                  : server_->recorded.contains(migration.file);
    }
    /// Whether the file is for this scope at all: some run on the catalog's server alone.
    bool runs(const Migration& migration) const {
        return server_ == nullptr || server_->is_catalog ||
               !applied_->catalog_only.contains(migration.file);
    }
    /// Each once, in their order.
    std::vector<std::string> tenants() const {
        return server_ == nullptr ? distinct_tenants(*applied_) : server_->tenants;
    }

private:
    const Applied* applied_;
    const ServerRecords* server_;
};

/// One for each server that could be read; of a single server the only one.
std::vector<Scope> scopes(const Applied& applied);

}  // namespace migrator::plan
