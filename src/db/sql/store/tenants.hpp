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

    std::vector<std::string> list(const MetadataShape& shape);
    /// In the open transaction. Throws MigrationFailed when the built-in table has it already.
    void insert(const SchemaName& tenant);
    /// Whether the built-in table has it.
    bool has(const std::string& tenant);

private:
    const Tables tables_;
};

}  // namespace migrator::db::sql::store
