#include <fmt/format.h>

#include <algorithm>

#include "cli/output.hpp"
#include "core/count_of.hpp"
#include "core/time.hpp"

namespace migrator::cli {
namespace {

/// "tenant migration  FILE  (3 tenants)".
std::string planned_line(const PlannedFile& planned) {
    const auto& file = *planned.migration;
    auto text = fmt::format("{:<16}  {}", kind_of(file.type).for_people, file.file);
    if (is_for_tenants(file.type)) {
        text += fmt::format("  ({})", count_of(planned.schemas->size(), "tenant", "tenants"));
    }
    return text;
}

std::size_t executions_of(const std::vector<const PlannedFile*>& files) {
    std::size_t sum = 0;
    for (const auto* planned : files) sum += planned->schemas->size();
    return sum;
}

std::vector<const PlannedFile*> select(const Plan& plan, bool scripts) {
    std::vector<const PlannedFile*> found;
    for (const auto& planned : plan.files) {
        if (is_script(planned.migration->type) == scripts) found.push_back(&planned);
    }
    return found;
}

void show_lock(Report& report, const plan::StatusReport& status) {
    if (!status.lock_owner) return;
    const auto& owner = *status.lock_owner;
    auto text = fmt::format("Lock: held by {}", owner.owner);
    if (owner.since != TimePoint{}) text += fmt::format(" since {}", format_rfc3339(owner.since));
    if (!owner.version_name.empty()) text += fmt::format(", for \"{}\"", owner.version_name);
    if (!owner.request_id.empty()) text += fmt::format(", request {}", owner.request_id);
    report.line(report.style().warning(printable(text)));
}

/// The first lines: version, counts.
void show_counts(Report& report, const plan::StatusReport& status) {
    if (status.latest.empty()) {
        report.line("Version:  none yet");
    } else {
        const auto& latest = status.latest.front();
        report.line(fmt::format(
            "Version:  {} \"{}\" of {}",
            latest.id,
            printable(latest.name),
            format_rfc3339(latest.created)
        ));
    }
    report.line(fmt::format("Applied:  {}", count_of(status.applied_files, "file", "files")));
    report.line(fmt::format("Tenants:  {}", status.tenants.size()));
    if (!status.servers.empty()) report.line(fmt::format("Servers:  {}", status.servers.size()));
}

}  // namespace

void show_status(
    Report& report,
    const plan::StatusReport& status,
    const coordinator::SourceCheck& check,
    const std::vector<coordinator::FileDifference>& differences
) {
    show_counts(report, status);
    show_servers(report, status.servers);
    const auto pending = select(status.pending, false);
    if (pending.empty()) {
        report.line(report.style().good("Pending:  nothing"));
    } else {
        report.line(report.style().warning(fmt::format(
            "Pending:  {}, {}",
            count_of(pending.size(), "file", "files"),
            count_of(executions_of(pending), "execution", "executions")
        )));
        std::vector<std::string> lines;
        for (const auto* planned : pending) lines.push_back(planned_line(*planned));
        report.list(lines);
    }
    const auto scripts = select(status.pending, true);
    if (!scripts.empty()) {
        report.line(fmt::format(
            "Scripts:  {}; scripts run at every apply and are not pending",
            count_of(scripts.size(), "file", "files")
        ));
    }
    report.changed(status.changed, differences);
    show_source(report, check);
    show_tenants(report, status);
    if (!status.broken_objects.empty()) {
        report.line(report.style().bad("Invalid objects left by failed statements:"));
        report.list(status.broken_objects);
    }
    show_lock(report, status);
}

void show_preview(
    Report& report,
    const coordinator::Preview& preview,
    const std::vector<coordinator::FileDifference>& differences
) {
    const auto& files = preview.plan.files;
    if (files.empty()) {
        report.line("Nothing is pending.");
    } else {
        report.line(fmt::format("apply would run {}:", count_of(files.size(), "file", "files")));
        report.list(count_lines(preview.summary));
    }
    std::size_t number = 0;
    for (std::size_t first = 0; first < files.size();) {
        const bool for_tenants = is_for_tenants(files[first].migration->type);
        std::vector<std::string> lines;
        for (; first < files.size() && is_for_tenants(files[first].migration->type) == for_tenants;
             ++first) {
            lines.push_back(planned_line(files[first]));
        }
        report.line(fmt::format(
            "Phase {}, {}:", ++number, for_tenants ? "for the tenants" : "for single schemas"
        ));
        report.list(lines);
    }
    if (!files.empty() && pending_migrations(preview.plan) == 0) {
        report.line("No migration is pending; these scripts run at every apply.");
    }
    show_servers(report, preview.servers);
    report.changed(preview.changed, differences);
    show_source(report, preview.source);
    show_lagging(report, preview.lagging);
    show_problems(report, preview.problems);
    for (const auto& note : preview.notes) report.note(note);
}

void show_checks(Report& report, const db::CheckReport& checks) {
    const auto& failed = checks.failed;
    if (failed.empty()) {
        report.line(
            checks.asked == 0
                ? std::string("No pending file has a check.")
                : fmt::format("{} asked, all true.", count_of(checks.asked, "check", "checks"))
        );
        return;
    }
    report.line(fmt::format(
        "{} {} asked, {} not true:",
        count_of(checks.asked, "check", "checks"),
        checks.asked == 1 ? "was" : "were",
        failed.size()
    ));
    for (std::size_t i = 0; i < failed.size();) {
        const db::FailedCheck& first = failed[i];
        std::vector<std::string> schemas;
        for (; i < failed.size() && failed[i].file == first.file && failed[i].line == first.line;
             ++i) {
            schemas.push_back(fmt::format("{}: {}", failed[i].schema, failed[i].why));
        }
        std::string place = first.file;
        if (first.line > 0) place += fmt::format(", line {}: {}", first.line, first.check);
        report.line(fmt::format(
            "  {} ({})", printable(place), count_of(schemas.size(), "schema", "schemas")
        ));
        report.list(schemas, 4);
    }
}

void show_source(Report& report, const coordinator::SourceCheck& check) {
    for (const auto& refusal : check.refusals) {
        report.line(
            report.style().bad("apply would be refused:") + " " + printable(refusal.message)
        );
    }
    for (const auto& warning : check.warnings) report.note(warning);
}

void show_servers(Report& report, const std::vector<plan::ServerStanding>& servers) {
    std::vector<std::string> lines;
    for (const auto& server : servers) {
        if (!server.problem.empty()) {
            lines.push_back(fmt::format("{}: {}", server.name, server.problem));
        }
    }
    if (lines.empty()) return;
    report.line(report.style().bad(fmt::format(
        "{} could not be read; nothing is known of {}:",
        count_of(lines.size(), "server", "servers"),
        lines.size() == 1 ? "its tenants" : "their tenants"
    )));
    report.list(lines);
}

void show_problems(Report& report, const std::vector<db::ScriptProblem>& problems) {
    if (problems.empty()) return;
    report.line(report.style().bad(
        fmt::format("{} would stop the run:", count_of(problems.size(), "problem", "problems"))
    ));
    std::vector<std::string> lines;
    for (const auto& problem : problems) {
        lines.push_back(fmt::format("{}\n{}", problem.file, problem.message));
    }
    report.list(lines);
}

void show_warnings(Report& report, const std::vector<db::ScriptProblem>& warnings) {
    for (const auto& warning : warnings) {
        report.line(
            report.style().warning("warning:") + " " +
            printable(warning.file + ": " + warning.message)
        );
    }
}

}  // namespace migrator::cli
