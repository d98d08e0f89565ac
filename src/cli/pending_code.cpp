#include "cli/pending_code.hpp"

#include <algorithm>

#include "core/count_of.hpp"
#include "core/error.hpp"

namespace migrator::cli {
namespace {

constexpr int kPending = 3;

/// The exit code of what makes apply refuse; 0 when nothing does.
int refusal_code(const std::vector<Migration>& changed, const coordinator::SourceCheck& check) {
    if (!changed.empty()) return edge_codes(ErrorKind::ChecksumMismatch).exit_code;
    if (!check.refusals.empty()) return edge_codes(check.refusals.front().kind).exit_code;
    return 0;
}

/// Tenant files count only when there are tenants: before the first one apply can't record them,
/// and a pipeline that applies and then asks would never see 0.
bool would_run(const PlannedFile& file) {
    return !is_script(file.migration->type) && !file.schemas->empty();
}

}  // namespace

int unread_code(const std::vector<plan::ServerStanding>& servers) {
    const bool are_read =
        std::ranges::all_of(servers, [](const auto& server) { return server.problem.empty(); });
    return are_read ? 0 : edge_codes(ErrorKind::PartlyFailed).exit_code;
}

int pending_code(
    const Plan& pending,
    const std::vector<Migration>& changed,
    const coordinator::SourceCheck& check,
    bool has_problems
) {
    if (const int code = refusal_code(changed, check); code != 0) return code;
    if (has_problems) return edge_codes(ErrorKind::MigrationFailed).exit_code;
    return std::ranges::any_of(pending.files, would_run) ? kPending : 0;
}

Outstanding outstanding(const plan::StatusReport& status) {
    const auto files = std::ranges::count_if(status.pending.files, would_run);
    const bool is_counted = !status.skips_without_schema;
    return {
        .pending = static_cast<std::size_t>(files),
        .lagging = status.lagging.size(),
        .unmanaged = status.unmanaged.size() + (is_counted ? status.without_schema.size() : 0),
        .unfinished = status.unfinished.size()};
}

int status_code(const plan::StatusReport& status, const coordinator::SourceCheck& check) {
    if (const int code = refusal_code(status.changed, check); code != 0) return code;
    return outstanding(status).any() ? kPending : 0;
}

std::string text_of(const Outstanding& found) {
    std::string text;
    const auto add = [&](std::size_t number, std::string_view one, std::string_view many) {
        if (number == 0) return;
        text += (text.empty() ? "" : ", ") + count_of(number, one, many);
    };
    add(found.pending, "pending file", "pending files");
    add(found.lagging, "lagging tenant", "lagging tenants");
    add(found.unmanaged, "unmanaged tenant", "unmanaged tenants");
    add(found.unfinished, "planned or failed tenant", "planned or failed tenants");
    return text;
}

}  // namespace migrator::cli
