#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/plan.hpp"

namespace migrator::db::sql::apply {

/// Which files an earlier run has left half-way, where DDL commits.
class Interruptions {
public:
    Interruptions() = default;
    /// `renamed`: as `ApplyRequest::renamed`.
    explicit Interruptions(
        std::vector<TenantState> states,
        const std::unordered_map<std::string, std::string>* renamed = nullptr
    );

    /// Null: this file was not left half-way in this schema.
    const TenantState* of(const Migration& migration, const std::string& schema) const;
    /// A statement's number means one file of one schema. Throws InvalidRequest when the plan has
    /// several that go on at `statement`.
    void check_resumed(const Plan& plan, std::size_t statement) const;

private:
    std::unordered_map<std::string, TenantState> states_;  ///< by tenant
};

}  // namespace migrator::db::sql::apply
