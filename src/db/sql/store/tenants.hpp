#pragma once

#include <string>
#include <vector>

#include "core/schema_name.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::store {

/// The list of tenants: migrator's own table, or what `tenantSelect` and `tenantInsert` name.
class Tenants {
public:
    explicit Tenants(const Tables& tables) : tables_(tables) {}

    /// The first column of each row.
    std::vector<Value> list(const MetadataShape& shape);
    /// In the open transaction. Throws MigrationFailed when the list does not have it then.
    void insert(const SchemaName& tenant, const MetadataShape& shape);
    /// Whether `remove` has a statement for it.
    bool can_remove() const;
    /// In the open transaction: of a tenant that the list has. Throws MigrationFailed when it still
    /// has it afterwards.
    void remove(const SchemaName& tenant, const MetadataShape& shape);

private:
    void check_inserted(const SchemaName& tenant, const MetadataShape& shape);

    const Tables tables_;
};

}  // namespace migrator::db::sql::store
