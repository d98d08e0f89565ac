#pragma once

#include <string>
#include <vector>

#include "core/migration.hpp"
#include "core/plan.hpp"

namespace migrator::coordinator {

/// Which of the recorded tenant migrations tenants have: those with the same ones are at one level.
class Levels {
public:
    /// Both live longer.
    Levels(const std::vector<Migration>& sources, const Applied& applied);

    /// Equal for tenants at one level. Empty for a tenant that nothing is recorded for.
    std::string key_of(const std::string& tenant) const;
    /// For people: "5 of 6 files, the last: 005_orders.sql".
    std::string name_of(const std::string& key) const;
    /// In source order.
    std::vector<const Migration*> files_of(const std::string& key) const;
    /// A hash of the names of these files: it stays the same while others get further ones.
    std::string hash_of(const std::string& key) const;

private:
    const Applied& applied_;
    std::vector<const Migration*> recorded_;
};

}  // namespace migrator::coordinator
