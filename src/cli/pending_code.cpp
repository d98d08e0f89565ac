#include "cli/pending_code.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace migrator::cli {

int pending_code(
    const Plan& pending,
    const std::vector<Migration>& changed,
    const coordinator::SourceCheck& check,
    bool has_problems
) {
    if (!changed.empty()) return edge_codes(ErrorKind::ChecksumMismatch).exit_code;
    if (!check.refusals.empty()) return edge_codes(check.refusals.front().kind).exit_code;
    if (has_problems) return edge_codes(ErrorKind::MigrationFailed).exit_code;
    constexpr int kPending = 3;
    // Tenant files count only when there are tenants: before the first one apply can't record them,
    // and a pipeline that applies and then asks would never see 0.
    const bool would_run = std::ranges::any_of(pending.files, [](const PlannedFile& file) {
        return !is_script(file.migration->type) && !file.schemas->empty();
    });
    return would_run ? kPending : 0;
}

}  // namespace migrator::cli
