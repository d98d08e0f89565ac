#include "cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "core/count_of.hpp"
#include "core/duration.hpp"
#include "wire/runs.hpp"

namespace migrator::cli {
namespace {

constexpr std::size_t kListLimit = 20;
constexpr std::size_t kDifferenceLimit = 30;
constexpr auto kNoLimit = static_cast<std::size_t>(-1);

/// "2 tenant files × 3 tenants = 6 executions".
std::string tenant_count(std::int64_t files, std::int64_t total, std::int64_t tenants) {
    const auto text = count_of(files, "tenant file", "tenant files");
    const auto executions = count_of(total, "execution", "executions");
    // With tenants that lack different files the product says nothing.
    if (total != files * tenants) return fmt::format("{} in {}", text, executions);
    return fmt::format("{} × {} = {}", text, count_of(tenants, "tenant", "tenants"), executions);
}

/// "migrations: 2 single files; 3 tenant files × 2 tenants = 6 executions"; empty without any.
std::string counts(std::string_view title, const Summary& summary, Runs runs) {
    std::int64_t single = 0;
    std::int64_t tenant = 0;
    std::int64_t executions = 0;
    for (const Kind& kind : kKinds) {
        if (kind.runs != runs) continue;
        (kind.for_tenants ? tenant : single) += summary.*kind.files;
        if (kind.for_tenants) executions += summary.*kind.executions;
    }
    std::string text;
    if (single > 0) text += count_of(single, "single file", "single files");
    if (single > 0 && tenant > 0) text += "; ";
    if (tenant > 0) text += tenant_count(tenant, executions, summary.tenants);
    return text.empty() ? text : fmt::format("{:<12}{}", title, text);
}

bool has_tenants(const Summary& summary) {
    const auto& fleet = summary.fleet;
    return fleet && fleet->tenants_done + fleet->tenants_failed + fleet->tenants_skipped > 0;
}

/// "tenants:    95 done, 3 failed, 2 pending for the next run; 4 retries".
std::string fleet_line(const FleetSummary& fleet) {
    std::string text = fmt::format("{:<12}{} done", "tenants:", fleet.tenants_done);
    if (fleet.tenants_failed > 0) text += fmt::format(", {} failed", fleet.tenants_failed);
    if (fleet.tenants_skipped > 0) {
        text += fmt::format(", {} pending for the next run", fleet.tenants_skipped);
    }
    if (fleet.retries > 0) {
        text += "; " + count_of(fleet.retries, "retry", "retries");
    }
    return text;
}

/// "servers:    3 done, 1 locked".
std::string servers_line(const std::vector<ServerOutcome>& servers) {
    std::string text = fmt::format("{:<12}", "servers:");
    bool is_first = true;
    for (const auto end :
         {ServerOutcome::End::Done,
          ServerOutcome::End::Failed,
          ServerOutcome::End::Unreachable,
          ServerOutcome::End::Locked,
          ServerOutcome::End::NotBegun}) {
        const auto count = std::ranges::count(servers, end, &ServerOutcome::end);
        if (count == 0) continue;
        text += fmt::format("{}{} {}", is_first ? "" : ", ", count, wire::name_of(end));
        is_first = false;
    }
    return text;
}

std::string headline(
    const coordinator::VersionRequest& request, const coordinator::Outcome& outcome
) {
    const auto& summary = outcome.summary;
    const auto name = printable(request.version_name);
    const auto duration = format_duration(summary.duration);
    // On other servers than the catalog's it has numbers of its own.
    const auto version = summary.version_id == 0
                             ? fmt::format("version \"{}\"", name)
                             : fmt::format("version {} \"{}\"", summary.version_id, name);
    const bool has_version = outcome.has_version();
    const bool creates = request.tenant.has_value();
    if (request.dry_run) {
        return fmt::format(
            "Dry run of {}\"{}\" in {}: rolled back; no changes were made.",
            creates ? fmt::format("tenant {} with ", *request.tenant) : "",
            name,
            duration
        );
    }
    if (creates && !has_version) {
        return fmt::format(
            "Created tenant {} in {}; no version was created, because there were no files to "
            "apply.",
            *request.tenant,
            duration
        );
    }
    if (!has_version) {
        return "No version was created: only tenant files are pending, and no tenants exist.";
    }
    if (creates)
        return fmt::format("Created tenant {}, {}, in {}.", *request.tenant, version, duration);
    if (request.action == Action::Sync) {
        return fmt::format("Recorded as applied in {}, without running: {}.", version, duration);
    }
    return fmt::format("Created {} in {}.", version, duration);
}

}  // namespace

Report::Report(Terminal& terminal, bool verbose)
    : out_(terminal.out),
      err_(terminal.err),
      style_(terminal.out_is_terminal && !terminal.no_color),
      error_style_(terminal.err_is_terminal && !terminal.no_color),
      limit_(verbose ? kNoLimit : kListLimit) {}

bool Report::shows_all() const { return limit_ == kNoLimit; }

void Report::line(std::string_view text) { out_ << text << '\n'; }

void Report::list(const std::vector<std::string>& lines, std::size_t margin) {
    const std::string space(margin, ' ');
    const auto shown = std::min(lines.size(), limit_);
    for (std::size_t i = 0; i < shown; ++i) {
        out_ << space << hanging(printable(lines[i]), space + "  ") << '\n';
    }
    if (shown == lines.size()) return;
    const auto more = fmt::format("… and {} more (--verbose shows all)", lines.size() - shown);
    out_ << space << style_.faint(more) << '\n';
}

void Report::note(std::string_view text) {
    out_ << style_.warning("note:") << ' ' << hanging(printable(text), "  ") << '\n';
}

void Report::warning(std::string_view text) {
    err_ << error_style_.warning("warning:") << ' ' << hanging(printable(text), "  ") << '\n';
}

void Report::error(std::string_view message, std::string_view hint) {
    err_ << error_style_.bad("error:") << ' ' << hanging(printable(message), "  ") << '\n';
    if (!hint.empty()) err_ << error_style_.strong("hint:") << ' ' << hanging(hint, "  ") << '\n';
}

std::vector<std::string> Report::bounded(const coordinator::FileDifference& difference) const {
    std::vector<std::string> lines = difference.lines;
    if (shows_all() || lines.size() <= kDifferenceLimit) return lines;
    const auto more = lines.size() - kDifferenceLimit;
    lines.resize(kDifferenceLimit);
    lines.push_back(fmt::format("… and {} more lines (--verbose shows all)", more));
    return lines;
}

/// Its name, the difference, and what to do.
std::vector<std::string> Report::edited_file(
    const Migration& file, const std::vector<coordinator::FileDifference>& differences
) const {
    std::vector<std::string> lines = {file.file};
    const auto found =
        std::ranges::find(differences, file.file, &coordinator::FileDifference::file);
    if (found != differences.end()) {
        for (auto& line : bounded(*found)) lines.push_back(std::move(line));
    }
    const auto quoted = shell_quoted(printable(file.file));
    lines.push_back("restore the text that was applied: migrator restore " + quoted);
    lines.push_back("or accept the new text:               migrator accept " + quoted);
    return lines;
}

void Report::changed_error(
    const std::vector<Migration>& changed,
    const std::vector<coordinator::FileDifference>& differences
) {
    error(kChecksumMessage);
    err_ << (changed.size() == 1
                 ? std::string("1 file was edited after it was applied")
                 : fmt::format("{} files were edited after they were applied", changed.size()))
         << "; no changes were made.\n";
    const auto shown = std::min(changed.size(), limit_);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto lines = edited_file(changed[i], differences);
        for (const auto& line : lines) {
            err_ << (&line == &lines.front() ? "  " : "    ") << printable(line) << '\n';
        }
    }
    if (shown < changed.size()) err_ << "  … and " << changed.size() - shown << " more\n";
    err_ << error_style_.strong("hint:")
         << " restore each file, and put the change into a new one; accept the new text only if it "
            "does the same as the old\n";
}

void Report::servers_error(const coordinator::Outcome& outcome) {
    std::vector<const ServerOutcome*> open;
    for (const ServerOutcome& server : outcome.servers) {
        if (server.end != ServerOutcome::End::Done) open.push_back(&server);
    }
    if (open.empty()) return;
    error(fmt::format(
        "{} not done; what is done on the others is committed",
        count_of(open.size(), "server is", "servers are")
    ));
    const auto shown = std::min(open.size(), limit_);
    for (std::size_t i = 0; i < shown; ++i) {
        err_ << "  " << error_style_.strong(printable(open[i]->server)) << ": "
             << wire::name_of(open[i]->end) << ": " << hanging(printable(open[i]->message), "    ")
             << '\n';
    }
    if (shown < open.size()) err_ << "  … and " << open.size() - shown << " more\n";
    err_ << error_style_.strong("hint:") << " the next apply does what is missing there\n";
}

void Report::failures_error(const coordinator::Outcome& outcome) {
    servers_error(outcome);
    const auto& failures = outcome.failures;
    if (failures.empty()) return;
    const auto& fleet = outcome.summary.fleet;
    const bool others = fleet && fleet->tenants_done > 0;
    error(fmt::format(
        "{} failed; {}",
        count_of(failures.size(), "tenant", "tenants"),
        others ? "changes to the other tenants are committed" : "no other tenant is done"
    ));
    const auto shown = std::min(failures.size(), limit_);
    for (std::size_t i = 0; i < shown; ++i) {
        err_ << "  ";
        if (!failures[i].tenant.empty()) {  // as a row of the tenant list without a name
            err_ << error_style_.strong(printable(failures[i].tenant)) << ": ";
        }
        err_ << hanging(printable(failures[i].message), "    ") << '\n';
    }
    if (shown < failures.size()) err_ << "  … and " << failures.size() - shown << " more\n";
    err_ << error_style_.strong("hint:")
         << " the next apply begins with the files that these tenants are missing; `migrator "
            "status` lists them\n";
}

void Report::changed(
    const std::vector<Migration>& changed,
    const std::vector<coordinator::FileDifference>& differences
) {
    if (changed.empty()) return;
    line(style_.bad(
        fmt::format("Edited after they were applied: {}", count_of(changed.size(), "file", "files"))
    ));
    std::vector<std::string> lines;
    for (const auto& file : changed) {
        lines.push_back(fmt::format("{}", fmt::join(edited_file(file, differences), "\n")));
    }
    list(lines);
}

std::vector<std::string> file_lines(const std::vector<Migration>& files) {
    std::vector<std::string> lines;
    lines.reserve(files.size());
    for (const auto& file : files) {
        lines.push_back(fmt::format("{:<16}  {}", kind_of(file.type).for_people, file.file));
    }
    return lines;
}

std::vector<std::string> count_lines(const Summary& summary) {
    std::vector<std::string> lines = {
        counts("migrations:", summary, Runs::Once), counts("scripts:", summary, Runs::Always)};
    std::erase(lines, "");
    return lines;
}

void show_outcome(
    Report& report, const coordinator::VersionRequest& request, const coordinator::Outcome& outcome
) {
    const bool creates_tenant = request.tenant.has_value();
    const bool has_version = outcome.has_version();
    if (outcome.is_partly_failed() && !has_version) {
        report.line("No version was created: no file was applied.");
    } else if (outcome.files.empty() && !has_version && !creates_tenant) {
        report.line("Nothing is pending: no version was created.");
    } else {
        report.line(report.style().good(headline(request, outcome)));
        report.list(count_lines(outcome.summary));
        if (has_tenants(outcome.summary)) report.list({fleet_line(*outcome.summary.fleet)});
        if (!outcome.servers.empty()) report.list({servers_line(outcome.servers)});
        if (!outcome.files.empty()) {
            report.line("Files:");
            report.list(file_lines(outcome.files));
        }
    }
    for (const auto& note : outcome.notes) report.note(note);
}

std::size_t pending_migrations(const Plan& plan) {
    return static_cast<std::size_t>(std::count_if(
        plan.files.begin(),
        plan.files.end(),
        [](const auto& planned) { return !is_script(planned.migration->type); }
    ));
}

}  // namespace migrator::cli
