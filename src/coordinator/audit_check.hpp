#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "db/audit_chain.hpp"
#include "db/audit_log.hpp"

namespace migrator::coordinator {

/// Whether the audit is as it was written.
struct AuditCheck {
    std::int64_t rows = 0;              ///< that were looked at and fit
    std::optional<db::AuditHead> head;  ///< nothing: there are no tables
    std::int64_t bad_row = 0;  ///< the first that does not fit; 0: none, or it is not a row's fault
    std::string problem;       ///< empty: everything fits
    std::vector<std::string> notes;

    bool fits() const { return problem.empty(); }
};

/// Computes the chain anew, from the row behind `after` on (0: from the first), and compares it
/// with its head and with `kept_head`, the hash of any of these rows, kept elsewhere (empty: none).
/// Rows that are written meanwhile are no problem. Throws as the log does.
AuditCheck check_audit(
    db::AuditLog& log, const db::AuditChain& chain, std::int64_t after, const std::string& kept_head
);

}  // namespace migrator::coordinator
