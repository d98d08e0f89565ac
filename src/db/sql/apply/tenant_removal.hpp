#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/migration.hpp"
#include "core/schema_name.hpp"
#include "db/connector.hpp"
#include "db/sql/schema_names.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::apply {

/// Takes a tenant out: its rows, its state, its entry in the list, and, if wanted, its schema.
class TenantRemoval {
public:
    /// `sources` are all files: how they write the placeholder says which schema is the tenant's.
    /// All that `tables` holds is lent.
    TenantRemoval(
        const store::Tables& tables,
        const store::MetadataShape& shape,
        const SchemaName& tenant,
        const std::vector<Migration>& sources
    );

    /// What there is. Throws what `Connector::find_tenant` throws.
    TenantTraces look();

    /// Throws MigrationFailed when the schema of `traces` may not be dropped.
    void check_schema(const TenantTraces& traces);

    // In the open transaction.
    /// Drops the schema. Where DDL commits, that ends the transaction.
    void drop_schema();
    void delete_records(const TenantTraces& traces);

private:
    bool has_schema();
    std::vector<std::string> objects_in(const SchemaName& schema);
    std::string shared_with() const;

    const store::Tables tables_;
    const store::MetadataShape shape_;
    const SchemaName name_;
    const SchemaNames names_;
    const SchemaName schema_;
    std::vector<Value> list_;
};

}  // namespace migrator::db::sql::apply
