#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "db/sql/session.hpp"

namespace migrator::analysis {

/// Bytes of a page of a table; the servers that we have met have no other.
inline constexpr std::int64_t kPageBytes = 8192;

/// Pages of each table of a schema, by name.
using TableSizes = std::map<std::string, std::int64_t>;

/// The tables of each of `schemas`, as the catalog knows their sizes: that of the last VACUUM or
/// ANALYZE, and of a table without either that of its file. A schema that is missing has none.
/// Takes ACCESS SHARE on the tables without statistics for a moment; where that is not free within
/// a second, they count as the catalog says, as 0. A few statements in all.
std::map<std::string, TableSizes> read_sizes(
    db::sql::Session& session, const std::vector<std::string>& schemas
);

std::int64_t total_pages(const TableSizes& sizes);

/// `count` of the schemas, from the smallest to the largest and those between them at even ratios,
/// in the order of their sizes. All of them when there are no more, or with 0.
std::vector<std::string> spread_over_sizes(
    const std::map<std::string, TableSizes>& sizes,
    const std::vector<std::string>& schemas,
    std::size_t count
);

}  // namespace migrator::analysis
