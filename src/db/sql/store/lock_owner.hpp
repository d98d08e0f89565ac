#pragma once

#include <optional>
#include <string>

#include "db/connector.hpp"
#include "db/sql/store/metadata_shape.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::store {

/// `migrator_lock`: the run that works, or worked last.
class LockOwner {
public:
    explicit LockOwner(const Tables& tables) : tables_(tables) {}

    std::optional<RunOwner> read(const MetadataShape& shape);
    /// In the open transaction.
    void write(const RunOwner& owner);
    /// Whether the row still names this run.
    bool is(const std::string& run_id);

private:
    const Tables tables_;
};

}  // namespace migrator::db::sql::store
