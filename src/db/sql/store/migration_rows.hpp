#pragma once

#include <memory>
#include <span>
#include <string>

#include "db/connector.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::store {

/// `migrator_migrations`: which file ran in which schema. `Session::insert_rows` adds to it.
class MigrationRows {
public:
    explicit MigrationRows(const Tables& tables) : tables_(tables) {}

    /// For `take`; null when there is no table.
    std::unique_ptr<RowSource> open(const MetadataShape& shape, const RowsWanted& wanted);
    /// Takes over a row of that query. Its texts are moved.
    static void take(Row& row, const Columns& columns, AppliedMigration& migration);
    /// How many rows of migrations and scripts the tenant has. Throws MigrationFailed when the
    /// column takes the names of several tenants for one.
    std::size_t count(const std::string& tenant);
    /// Whether the row of this file, schema and version is there.
    bool has(std::int64_t version_id, const std::string& file, const std::string& schema);

    /// All of the tenant's rows, by id, with contents.
    std::vector<AppliedMigration> of_tenant(const MetadataShape& shape, const std::string& tenant);

    // In the open transaction.
    /// Adds a row as another database had it, for this version. Its id is a new one.
    void add(const AppliedMigration& row, std::int64_t version_id);
    /// Takes over checksum and contents into all rows of the file.
    void accept(const Migration& migration, const std::string& name);
    /// All rows of the file, whatever they are of. `to` is a whole name, with its directory.
    void rename(const std::string& from, const std::string& to);
    /// The tenant's rows of these files, and versions that are without rows then.
    void remove(const std::string& tenant, std::span<const std::string> files);
    /// All of the tenant's rows, and those versions.
    void remove_all(const std::string& tenant);

private:
    void remove_rows(const std::string& from_where, const Parameters& parameters);

    const Tables tables_;
};

}  // namespace migrator::db::sql::store
