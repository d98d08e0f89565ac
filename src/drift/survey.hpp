#pragma once

#include <functional>
#include <string>
#include <vector>

#include "db/catalog.hpp"
#include "drift/report.hpp"

namespace migrator::drift {

/// Tenants that have applied the same files, whose schemas should be the same.
struct Level {
    std::string name;                       ///< for people
    std::vector<db::TenantSchema> tenants;  ///< in the order of the tenant list
};

/// Makes the schema that the files of a level give (its place in the list).
using Build = std::function<db::SchemaContents(std::size_t level)>;

/// Sets the schemas of each level against the one that most of them have, or against what `build`
/// makes, if there is that. Hashes of all are read first; schemas whose hashes differ are read one
/// by one before anything is called drift. A tenant that is alone at its level is not compared
/// without `build`. Throws what the functions of `catalog` and `build` throw.
Report survey(db::Catalog& catalog, const std::vector<Level>& levels, const Build& build = nullptr);

}  // namespace migrator::drift
