// What status says of the tenants.
#include <fmt/format.h>

#include <algorithm>

#include "cli/output.hpp"
#include "core/count_of.hpp"
#include "core/path.hpp"
#include "core/time.hpp"

namespace migrator::cli {
namespace {

void show_unmanaged(Report& report, const std::vector<std::string>& unmanaged) {
    if (unmanaged.empty()) return;
    report.line(report.style().warning(fmt::format(
        "Unmanaged: {} without recorded migrations", count_of(unmanaged.size(), "tenant", "tenants")
    )));
    report.list(unmanaged);
    report.line("  if their objects already exist: migrator sync --tenant TENANT");
    report.line("  if they are empty:              migrator apply --reconcile");
}

void show_without_schema(Report& report, const plan::StatusReport& status) {
    const auto& names = status.without_schema;
    if (names.empty()) return;
    report.line(report.style().warning(fmt::format(
        "Without a schema: {} in the list that {} no schema yet",
        count_of(names.size(), "tenant", "tenants"),
        names.size() == 1 ? "has" : "have"
    )));
    report.list(names);
    report.line(
        status.skips_without_schema ? "  runs skip them (missingSchemas: skip)"
                                    : "  create the schema, then: migrator apply --reconcile"
    );
}

void show_bad_tenants(Report& report, const std::vector<TenantFailure>& bad) {
    if (bad.empty()) return;
    report.line(report.style().bad(
        fmt::format("Unusable: {} of the tenant list", count_of(bad.size(), "entry", "entries"))
    ));
    std::vector<std::string> lines;
    for (const auto& each : bad) lines.push_back(each.message);
    report.list(lines);
}

/// Where the tenants stand, unless all stand in one place.
void show_levels(Report& report, const plan::FleetStandings& fleet) {
    if (fleet.levels.size() < 2) return;
    report.line("Levels:");
    std::vector<std::string> lines;
    for (const auto& level : fleet.levels) {
        lines.push_back(fmt::format(
            "{} {}",
            count_of(level.tenants, "tenant", "tenants"),
            level.file.empty() ? "without the first file" : "up to " + level.file
        ));
    }
    report.list(lines);
}

/// "tenant t3: failed in version 4 at …" and what is known of the file; `word` is what became of
/// it.
std::string state_line(const TenantState& state, std::string_view word) {
    auto text =
        state.tenant.empty() ? std::string("single files") : fmt::format("tenant {}", state.tenant);
    text += fmt::format(": {}", word);
    if (state.version_id != 0) text += fmt::format(" in version {}", state.version_id);
    if (state.changed != TimePoint{}) text += fmt::format(" at {}", format_rfc3339(state.changed));
    if (state.file.empty()) {
        text += fmt::format("\nstarting with file {}", state.first_file);
    } else {
        text += fmt::format("\nfile {}", state.file);
    }
    if (state.statement > 0) {
        text += fmt::format(
            ", {} of it known to have run", count_of(state.statement, "statement", "statements")
        );
    }
    if (!state.message.empty()) text += fmt::format("\n{}", state.message);
    const bool is_told = state.message.find(state.sqlstate) != std::string::npos;
    if (!is_told) text += fmt::format(" (SQLSTATE {})", state.sqlstate);
    return text;
}

/// "the run of host-b (pid 9) since …".
std::string run_of(const RunOwner& owner) {
    auto text = fmt::format("the run of {}", owner.owner);
    if (owner.since != TimePoint{}) text += fmt::format(" since {}", format_rfc3339(owner.since));
    return text;
}

/// The states that `wanted` is true for.
template <typename Wanted>
std::vector<const TenantState*> states_of(const plan::StatusReport& status, Wanted&& wanted) {
    std::vector<const TenantState*> states;
    for (const auto& state : status.unfinished) {
        if (wanted(state)) states.push_back(&state);
    }
    return states;
}

/// "single files and 54 tenants, from FILE on".
std::string planned_for(const std::vector<const TenantState*>& states) {
    const auto is_single = [](const TenantState* state) { return state->tenant.empty(); };
    const auto singles = static_cast<std::size_t>(std::ranges::count_if(states, is_single));
    auto text = singles > 0 ? std::string("single files") : std::string();
    if (states.size() > singles) {
        if (!text.empty()) text += " and ";
        text += count_of(states.size() - singles, "tenant", "tenants");
    }
    const auto name_of = [](const TenantState* state) { return file_name_of(state->first_file); };
    const auto& first = (*std::ranges::min_element(states, {}, name_of))->first_file;
    const bool is_one = std::ranges::all_of(states, [&](const TenantState* state) {
        return state->first_file == first;
    });
    return text + fmt::format(", from {} {}on", first, is_one ? "" : "or a later file ");
}

/// One line, however many they are, and the names where all is shown.
void show_planned(
    Report& report, const std::string& title, const std::vector<const TenantState*>& states
) {
    if (states.empty()) return;
    report.line(report.style().warning(printable(title + planned_for(states))));
    if (!report.shows_all()) return;
    std::vector<std::string> names;
    for (const auto* state : states) {
        if (!state->tenant.empty()) names.push_back(state->tenant);
    }
    report.list(names);
}

void show_states(
    Report& report,
    std::string_view title,
    std::string_view word,
    const std::vector<const TenantState*>& states
) {
    if (states.empty()) return;
    report.line(report.style().bad(printable(title)));
    std::vector<std::string> lines;
    for (const auto* state : states) {
        lines.push_back(state_line(*state, word.empty() ? state->state : word));
    }
    report.list(lines);
}

/// Runs that have ended before their end. The next apply goes on with those that it has files for.
void show_failed(
    Report& report, const plan::StatusReport& status, const std::vector<const TenantState*>& states
) {
    std::vector<const TenantState*> failed;
    std::vector<const TenantState*> interrupted;
    std::vector<const TenantState*> gone;
    for (const auto* state : states) {
        const bool is_failed = state->state == "failed";
        (!status.is_pending(*state) ? gone : is_failed ? failed : interrupted).push_back(state);
    }
    show_states(report, "Failed:", "", failed);
    show_states(report, "Interrupted:", "interrupted", interrupted);
    if (!failed.empty() || !interrupted.empty()) {
        report.line("  the next migrator apply resumes there; fix a failed file first");
    }
    if (gone.empty()) return;
    show_states(report, "Not ended, in files that are not pending any more:", "", gone);
    report.line("  restore the file; or undo by hand what it may have done, then");
    report.line("  migrator sync --unfinished --tenant TENANT");
}

/// What a run has planned and not done, or not come to the end of.
void show_runs(Report& report, const plan::StatusReport& status) {
    const auto is_planned = [](const TenantState& state) { return state.state == "planned"; };
    const auto is_failed = [](const TenantState& state) { return state.state == "failed"; };
    if (status.lock_owner) {
        const auto planned = states_of(status, [&](const TenantState& state) {
            return is_planned(state) && status.is_at_work(state);
        });
        const auto running = states_of(status, [&](const TenantState& state) {
            return !is_planned(state) && !is_failed(state) && status.is_at_work(state);
        });
        show_planned(report, "Planned by " + run_of(*status.lock_owner) + ": ", planned);
        show_states(report, "In progress, by " + run_of(*status.lock_owner) + ":", "", running);
    }
    const auto left = states_of(status, [&](const TenantState& state) {
        return is_planned(state) && !status.is_at_work(state) && status.is_pending(state);
    });
    show_planned(report, "Planned for the next migrator apply: ", left);
    const auto ended = states_of(status, [&](const TenantState& state) {
        if (is_planned(state) && status.is_pending(state)) return false;
        return is_failed(state) || !status.is_at_work(state);
    });
    show_failed(report, status, ended);
}

void show_unlisted(Report& report, const std::vector<std::string>& names) {
    if (names.empty()) return;
    report.line(report.style().warning(fmt::format(
        "Not in the tenant list: {} with records", count_of(names.size(), "name", "names")
    )));
    report.list(names);
    report.line("  if the tenant was deleted: migrator remove-tenant NAME");
}

}  // namespace

void show_lagging(Report& report, const std::vector<LaggingTenant>& lagging) {
    if (lagging.empty()) return;
    report.line(report.style().warning(fmt::format(
        "Lagging: {} {} files that other tenants have",
        count_of(lagging.size(), "tenant", "tenants"),
        lagging.size() == 1 ? "is missing" : "are missing"
    )));
    std::vector<std::string> lines;
    for (const auto& each : lagging) {
        lines.push_back(fmt::format(
            "{}: {}, first {}",
            each.tenant,
            count_of(each.missing.size(), "file", "files"),
            each.missing.empty() ? "" : each.missing.front()
        ));
    }
    report.list(lines);
    report.line("  to apply the missing files: migrator apply --reconcile");
}

void show_tenants(Report& report, const plan::StatusReport& status) {
    show_bad_tenants(report, status.bad_tenants);
    show_levels(report, status.fleet);
    show_lagging(report, status.lagging);
    show_unmanaged(report, status.unmanaged);
    show_without_schema(report, status);
    show_runs(report, status);
    show_unlisted(report, status.fleet.unlisted);
}

}  // namespace migrator::cli
