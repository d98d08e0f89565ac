#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/migration.hpp"
#include "core/tenant_list.hpp"
#include "db/sql/schema_names.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::store {

/// Reads the list of tenants and finds out which of them a run can work for: those with a valid
/// name and a schema that is nobody else's. For one reading.
class TenantListReader {
public:
    TenantListReader(const Tables& tables, const MetadataShape& shape)
        : tables_(tables), shape_(shape) {}

    /// The names, and the rows that no tenant can have.
    TenantList read_names();
    /// The same, and whose schema is somebody else's: how `files`, all files, write the
    /// placeholder has a say in that.
    TenantList read(const std::vector<Migration>& files);

private:
    /// A valid name and its first row, from 0.
    struct Listed {
        SchemaName name;
        std::size_t row = 0;
        const std::string& text() const { return name.str(); }
    };

    void read_rows();
    void look_at_row(std::size_t row, const Value& value);
    void check_schemas(const std::vector<Migration>& files);
    void find_clashes(const SchemaNames& names);
    void find_foreign(const SchemaNames* names);
    void find_misfits(const SchemaNames& names);
    void warn_of_folding(const SchemaNames& names);

    bool is_bad(const Listed& tenant) const { return bad_.contains(tenant.row); }
    void add_bad(const Listed& tenant, const std::string& why);
    /// "row 2 of 4".
    std::string place_of(std::size_t row) const;
    /// Where the list comes from, for people.
    std::string source() const;
    /// Those of the tenants that have rows of any tenant file.
    std::vector<std::string> which_have_rows(const std::vector<std::string>& tenants) const;
    TenantList take();

    const Tables tables_;
    const MetadataShape shape_;
    std::size_t rows_ = 0;
    std::vector<Listed> listed_;
    std::map<std::size_t, BadTenant> bad_;  ///< by row
    std::vector<std::string> warnings_;
};

}  // namespace migrator::db::sql::store
