#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/plan.hpp"

namespace migrator::plan {

/// Tenants that failed in the same way.
struct FailureGroup {
    std::string message;  ///< of the first; `{tenant}` in the place of the tenant's name
    std::string sqlstate;
    std::string file;  ///< identity; may be empty
    std::int64_t statement = 0;
    std::size_t count = 0;
    std::vector<std::string> tenants;  ///< the first `FailureGroups::kMostTenants`

    bool operator==(const FailureGroup&) const = default;
};

/// Failures as they come, grouped by their message, in the order of the first of each group. Memory
/// is bounded: of further groups only the number of failures is known.
class FailureGroups {
public:
    static constexpr std::size_t kMostGroups = 50;
    static constexpr std::size_t kMostTenants = 100;
    static constexpr std::size_t kLongestMessage = 4'096;  ///< bytes

    void add(const TenantFailure& failure);
    const std::vector<FailureGroup>& groups() const { return groups_; }
    /// Failures in no group.
    std::size_t left_out() const { return left_out_; }

private:
    std::vector<FailureGroup> groups_;
    std::size_t left_out_ = 0;
};

}  // namespace migrator::plan
