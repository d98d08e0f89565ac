#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "db/audit_log.hpp"
#include "db/sql/store/tables.hpp"

namespace migrator::db::sql::store {

/// Reads and writes `migrator_audit` and its head, which have to be there.
class AuditRows {
public:
    explicit AuditRows(const Tables& tables) : tables_(tables) {}

    /// In the open transaction: the head, which nobody else gets before its end. Nothing when the
    /// row is missing.
    std::optional<AuditHead> lock_head();
    std::optional<AuditHead> head();

    /// In the open transaction: adds the row, which is the new head.
    void insert(const AuditRow& row);

    /// The rows of these numbers, in order, for `to_row`.
    std::unique_ptr<RowSource> open(std::int64_t first, std::int64_t last);
    static AuditRow to_row(const Row& row);

    /// By the numbers of versions.
    std::map<std::int64_t, std::string> creators();

private:
    const Tables tables_;
};

}  // namespace migrator::db::sql::store
