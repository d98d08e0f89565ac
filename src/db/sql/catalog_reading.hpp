#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/catalog.hpp"
#include "db/sql/own_sql.hpp"

/// What the catalogs of SQL servers have in common.
namespace migrator::db::sql {

/// How long a catalog waits for somebody who changes a schema.
inline constexpr std::chrono::milliseconds kCatalogPatience{5'000};

/// A pattern with `*` as one of LIKE.
std::string like_pattern(std::string_view pattern, char escape);
/// Some of them, with a backslash as escape character: a JSON array.
std::string like_patterns(std::span<const std::string> patterns);

/// The names of the schemas, and those of their tenants: two JSON arrays.
Parameters names_of(std::span<const TenantSchema> schemas);

/// By kind, name and definition.
void sort(std::vector<CatalogObject>& objects);

/// Puts the hashes of schemas together from parts that servers send one after the other.
class Fingerprints {
public:
    /// For so many schemas; none of them is known to be there.
    explicit Fingerprints(std::size_t schemas);

    /// The schema of this place, from 0, is there, and this part of it has this hash.
    void add(std::size_t place, std::string_view hash, std::size_t objects);
    /// Of all schemas: those without objects in this part differ from those that have some.
    void end_part() { ++part_; }

    /// They are empty afterwards.
    std::vector<SchemaHash> take();

private:
    std::vector<SchemaHash> schemas_;
    std::size_t part_ = 0;
};

}  // namespace migrator::db::sql
