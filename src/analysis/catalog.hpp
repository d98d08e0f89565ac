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
    // Of tables that inherit from it and are no partitions.
    std::int64_t heirs_rows = 0;
    std::int64_t heirs_bytes = 0;
    std::vector<std::string> partitions;  ///< at all depths; names in its own schema
    std::vector<std::string> heirs;       ///< the same
    std::string default_partition;
    std::vector<std::string> partition_key;  ///< columns
    std::vector<std::string> nullable;       ///< of an index: its columns without NOT NULL
};

/// A function or a type that is no table's.
struct ObjectFact {
    std::string schema;
    bool is_function = false;
    bool is_found_alone = false;
    bool is_domain = false;
    bool is_constrained = false;       ///< a domain with a CHECK or NOT NULL
    std::string base;                  ///< of a domain: the type below it
    std::vector<std::string> used_by;  ///< of a domain: tables of its schema with such a column
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
    std::string check;             ///< of a CHECK: its condition
};

/// Whether what is done to a table is done to those that inherit from it. Partitions always count.
enum class Reach : bool { Itself, WithHeirs };

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
        const std::function<bool(const RelationFact&)>& counts = nullptr,
        Reach reach = Reach::Itself
    ) const;
    /// Functions, or types, of this name, as `find`.
    std::vector<const ObjectFact*> objects(
        const Name& name, const std::vector<std::string>& schemas, bool functions
    ) const;
    /// Null when it is not there.
    const ColumnFact* column(
        const std::string& schema, const std::string& table, const std::string& name
    ) const;
    /// Of the tables of this name, in all schemas.
    const std::vector<ConstraintFact>& constraints(const std::string& table) const;
    bool is_volatile(const std::string& function) const { return volatile_.contains(function); }
    /// Volatile, and not the system's: nobody knows what it does.
    bool is_foreign(const std::string& function) const { return foreign_.contains(function); }
    /// Sessions work with UTC: timestamps with and without a zone are the same bytes.
    bool is_utc() const { return is_utc_; }

private:
    std::map<std::string, std::vector<RelationFact>> relations_;
    std::map<std::string, ColumnFact> columns_;  ///< by schema, table and column
    std::map<std::string, std::vector<ConstraintFact>> constraints_;
    std::map<std::string, std::vector<ObjectFact>> objects_;
    std::set<std::string> volatile_;
    std::set<std::string> foreign_;
    bool is_utc_ = false;
};

}  // namespace migrator::analysis
