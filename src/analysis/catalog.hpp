#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/change.hpp"
#include "core/finding.hpp"
#include "db/sql/session.hpp"

namespace migrator::analysis {

/// What the catalog is asked for.
struct CatalogWanted {
    std::set<std::string> schemas;
    std::set<std::string> relations;  ///< tables, views, indexes, by name
    std::set<std::string> columns;
    std::set<std::string> functions;
};

struct RelationFact {
    std::string schema;
    std::string kind;   ///< relkind
    std::string table;  ///< of an index: its table
    std::int64_t rows = 0;
    std::int64_t bytes = 0;
    bool is_found_alone = false;  ///< without its schema
};

struct ColumnFact {
    std::string type;  ///< as format_type says
    bool not_null = false;
};

struct ConstraintFact {
    std::string schema;
    std::string name;
    std::string type;  ///< contype
    bool is_valid = true;
    Name references;               ///< of a foreign key
    std::string not_null;          ///< the column that a valid CHECK has not null
    std::string checked_not_null;  ///< the same of a CHECK that may not be valid yet
};

/// The catalog of PostgreSQL as it is now, as far as it was asked for: tables with the sizes that
/// statistics know, their columns and constraints, functions.
class Catalog {
public:
    Catalog() = default;
    /// A constant number of statements; takes no lock that a migration would have to wait for.
    /// Throws what `Session::query` throws.
    Catalog(db::sql::Session& session, const CatalogWanted& wanted);

    /// Relations of this name: in `schemas` for `kOwnSchema`.
    std::vector<const RelationFact*> find(const Name& name, const std::vector<std::string>& schemas)
        const;
    /// Nothing in no schema: an empty table of no schemas.
    /// `counts`: which of them count; null: all.
    AffectedTable affected(
        const Name& name,
        const std::vector<std::string>& schemas,
        const std::function<bool(const RelationFact&)>& counts = nullptr
    ) const;
    /// Null when it is not there.
    const ColumnFact* column(
        const std::string& schema, const std::string& table, const std::string& name
    ) const;
    /// Of the tables of this name, in all schemas.
    const std::vector<ConstraintFact>& constraints(const std::string& table) const;
    bool is_volatile(const std::string& function) const { return volatile_.contains(function); }

private:
    std::map<std::string, std::vector<RelationFact>> relations_;
    std::map<std::string, ColumnFact> columns_;  ///< by schema, table and column
    std::map<std::string, std::vector<ConstraintFact>> constraints_;
    std::set<std::string> volatile_;
};

}  // namespace migrator::analysis
