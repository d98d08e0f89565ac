#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace migrator {

/// A tenant of the list that no run can work for.
struct BadTenant {
    std::string tenant;   ///< as it is listed; may be empty, or any text
    std::string message;  ///< names the tenant or its row, and says what to do
    /// The files that its name does not fit, by identity, and why: the tenant can have all others.
    /// Null: it can have none.
    std::shared_ptr<const std::unordered_map<std::string, std::string>> files;
};

/// The tenants, as far as the list tells.
struct TenantList {
    std::vector<std::string> names;     ///< valid ones, each once, in the order of the list
    std::vector<BadTenant> bad;         ///< in that order; some are among the names
    std::vector<std::string> warnings;  ///< for people: what works, but may surprise
};

}  // namespace migrator
