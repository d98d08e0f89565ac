#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "cli/cli.hpp"
#include "cli/style.hpp"

namespace migrator::cli {

/// Writes for people. Names and messages from outside are made printable here.
class Report {
public:
    Report(Terminal& terminal, bool verbose);

    const Style& style() const { return style_; }
    /// Lists are not cut.
    bool shows_all() const;
    /// A line on standard output; without text an empty one.
    void line(std::string_view text = {});
    /// Lines indented by `margin` spaces, the first 20 of them unless `--verbose`.
    void list(const std::vector<std::string>& lines, std::size_t margin = 2);
    /// "note: …".
    void note(std::string_view text);

    /// "warning: …", on standard error.
    void warning(std::string_view text);

    /// The error at the end of a command, with what to do about it; on standard error.
    void error(std::string_view message, std::string_view hint = {});
    /// Files that were edited after they were applied, as an error, with what has become of some.
    void changed_error(
        const std::vector<Migration>& changed,
        const std::vector<coordinator::FileDifference>& differences
    );
    /// The same as a part of another report.
    void changed(
        const std::vector<Migration>& changed,
        const std::vector<coordinator::FileDifference>& differences
    );
    /// The lines of a difference, some of them unless `--verbose`.
    std::vector<std::string> bounded(const coordinator::FileDifference& difference) const;
    /// Tenants that failed, and servers that were not done, while the others went on, as an error.
    void failures_error(const coordinator::Outcome& outcome);

private:
    void servers_error(const coordinator::Outcome& outcome);
    std::vector<std::string> edited_file(
        const Migration& file, const std::vector<coordinator::FileDifference>& differences
    ) const;

    std::ostream& out_;
    std::ostream& err_;
    Style style_;
    Style error_style_;
    std::size_t limit_;
};

/// The message of v1 and v2 for edited files.
inline constexpr std::string_view kChecksumMessage =
    "Checksum verification failed. Please review offending migrations.";

/// "tenant migration  /migrations/tenants/1.sql", one line each.
std::vector<std::string> file_lines(const std::vector<Migration>& files);

/// "migrations: 1 single file; 2 tenant files × 3 tenants = 6 executions" and the same for
/// scripts; a line that counts nothing is left out.
std::vector<std::string> count_lines(const Summary& summary);

/// What apply, sync or create-tenant did.
void show_outcome(
    Report& report, const coordinator::VersionRequest& request, const coordinator::Outcome& outcome
);
/// `differences` of its edited files.
void show_preview(
    Report& report,
    const coordinator::Preview& preview,
    const std::vector<coordinator::FileDifference>& differences
);
/// Infos are counted only, but with `verbose`.
void show_analysis(Report& report, const Analysis& analysis, bool verbose);
/// What the planned files did where they were traced, and what they will take.
void show_trace(Report& report, const TraceReport& traced);
/// Which tenants' schemas differ, and in what; `details`: with the lines that differ.
void show_drift(Report& report, const drift::Report& found, bool details);
/// Which checks are not true, and for whom.
void show_checks(Report& report, const db::CheckReport& checks);
/// Servers that could not be read; of one server nothing.
void show_servers(Report& report, const std::vector<plan::ServerStanding>& servers);
void show_problems(Report& report, const std::vector<db::ScriptProblem>& problems);
/// What does not fit between files and records, and what to do.
void show_source(Report& report, const coordinator::SourceCheck& check);
void show_warnings(Report& report, const std::vector<db::ScriptProblem>& warnings);
void show_status(
    Report& report,
    const plan::StatusReport& status,
    const coordinator::SourceCheck& check,
    const std::vector<coordinator::FileDifference>& differences
);

/// How the tenants stand: what they lack, what runs have planned and have left behind.
void show_tenants(Report& report, const plan::StatusReport& status);
void show_lagging(Report& report, const std::vector<LaggingTenant>& lagging);

/// How many of the planned files are migrations: scripts are not pending, they always run.
std::size_t pending_migrations(const Plan& plan);

}  // namespace migrator::cli
