#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "drift/difference.hpp"

namespace migrator::drift {

/// Tenants whose schemas differ from what is expected in the same way.
struct Group {
    std::string level;                 ///< what tenants there have applied, for people
    std::string expected;              ///< what they were set against, for people
    std::vector<std::string> tenants;  ///< in the order of the tenant list
    bool lacks_schema = false;         ///< there is none; then there are no differences
    std::vector<Difference> differences;
};

/// A tenant that was set against nothing.
struct NotCompared {
    std::string tenant;
    std::string why;        ///< for people
    bool is_error = false;  ///< it should have been

    bool operator==(const NotCompared&) const = default;
};

/// How the schemas of tenants compare.
struct Report {
    std::size_t compared = 0;   ///< tenants
    std::size_t drifted = 0;    ///< of those
    std::vector<Group> groups;  ///< the largest first
    std::vector<NotCompared> not_compared;

    /// A tenant should have been compared, and was not: no answer for the fleet.
    bool has_errors() const;
};

/// "index orders.by_day is missing; column orders.note is additional", `most` of them at most.
std::string summary_of(const Group& group, std::size_t most);

}  // namespace migrator::drift
