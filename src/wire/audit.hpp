#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "db/audit_log.hpp"
#include "wire/columns.hpp"

/// Who changed what.
namespace migrator::wire {

/// Texts that are empty, and numbers that are 0, are null.
const Columns<db::AuditRow>& audit_columns();

boost::json::object audit_head(const db::AuditHead& head);
/// `head`, null without one; `next`, null behind the last page; `rows`.
boost::json::object audit_page(
    const std::optional<db::AuditHead>& head,
    const std::vector<db::AuditRow>& rows,
    std::int64_t next
);

}  // namespace migrator::wire
