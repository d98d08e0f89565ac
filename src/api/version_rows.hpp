#pragma once

#include <memory>
#include <vector>

#include "coordinator/coordinator.hpp"

namespace migrator::api {

/// The rows of versions that are asked for one version after the other, the newest first, each
/// once. Many versions are read with one statement, a few with one each.
class VersionRows {
public:
    /// `versions` are those that will be asked for at most.
    VersionRows(
        coordinator::Coordinator& coordinator,
        db::Columns columns,
        const std::vector<Version>& versions
    );

    /// What the next `read` costs an operation (`operation_reads.hpp`).
    std::size_t next_cost() const;
    /// Calls `row` with each row of the version, by id, until it returns false.
    void read(std::int64_t version_id, const std::function<bool(const AppliedMigration&)>& row);

private:
    bool next();

    coordinator::Coordinator& coordinator_;
    const db::Columns columns_;
    const bool all_at_once_;
    std::unique_ptr<db::AppliedRows> rows_;  ///< of all versions; null until they are needed
    AppliedMigration row_;                   ///< the last one that came
    bool has_row_ = false;
};

}  // namespace migrator::api
