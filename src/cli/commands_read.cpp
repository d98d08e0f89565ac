#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/output_json.hpp"
#include "core/error.hpp"
#include "core/time.hpp"

namespace migrator::cli {
namespace {

constexpr int kPending = 3;

int exit_code(ErrorKind kind) { return edge_codes(kind).exit_code; }

/// `--exit-code`: what apply would run into first.
int pending_code(const Plan& pending, const std::vector<Migration>& changed, bool has_problems) {
    if (!changed.empty()) return exit_code(ErrorKind::ChecksumMismatch);
    if (has_problems) return exit_code(ErrorKind::MigrationFailed);
    // Tenant files count only when there are tenants: before the first one apply can't record them,
    // and a pipeline that applies and then asks would never see 0.
    const bool would_run = std::ranges::any_of(pending.files, [](const PlannedFile& file) {
        return !is_script(file.migration->type) && !file.schemas->empty();
    });
    return would_run ? kPending : 0;
}

std::string version_line(const Version& version) {
    return fmt::format(
        "{:>6}  {:<20}  {}", version.id, format_rfc3339(version.created), printable(version.name)
    );
}

int show_version(Context& context, std::int64_t id) {
    auto& coordinator = context.opened.coordinator;
    const auto version = coordinator.version(id);
    if (!version) {
        throw Error(
            ErrorKind::NotFound,
            fmt::format("there is no version {}: `migrator versions` lists them", id)
        );
    }
    std::vector<AppliedMigration> migrations;
    const auto rows = coordinator.applied_migrations({.version_id = id});
    for (AppliedMigration row; rows->next(row);) migrations.push_back(row);
    if (context.arguments.json) {
        context.terminal.out << json::version(*version, migrations);
        return 0;
    }
    auto& report = context.report;
    report.line(fmt::format(
        "Version {} \"{}\" of {}: {}",
        version->id,
        printable(version->name),
        format_rfc3339(version->created),
        count_of(migrations.size(), "execution", "executions")
    ));
    std::vector<std::string> lines;
    lines.reserve(migrations.size());
    for (const auto& row : migrations) {
        const auto& file = row.migration;
        lines.push_back(
            fmt::format("{:<16}  {}  for {}", type_name(file.type), file.file, row.schema)
        );
    }
    report.list(lines);
    return 0;
}

/// Why the database doesn't answer, as a read is told; empty when it does by now.
std::string reason_for_silence(coordinator::Coordinator& coordinator) {
    try {
        coordinator.tenants();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Unavailable) return error.what();
    }
    return "";
}

}  // namespace

int plan(Context& context) {
    const auto& arguments = context.arguments;
    auto& coordinator = context.opened.coordinator;
    const auto preview = coordinator.preview(arguments.reconcile, selection_of(arguments));
    std::string sql;
    if (arguments.sql) sql = coordinator.preview_sql(preview);
    if (arguments.json) {
        context.terminal.out << json::preview(preview, arguments.sql ? &sql : nullptr);
    } else if (arguments.sql) {
        context.terminal.out << sql;
        // Standard output is for the SQL alone.
        Terminal aside{
            context.terminal.err,
            context.terminal.err,
            context.terminal.in,
            context.terminal.err_is_terminal,
            context.terminal.err_is_terminal,
            context.terminal.in_is_terminal,
            context.terminal.no_color};
        Report warnings(aside, arguments);
        warnings.changed(preview.changed);
        show_problems(warnings, preview.problems);
    } else {
        show_preview(context.report, preview);
    }
    if (!arguments.exit_code) return 0;
    return pending_code(preview.plan, preview.changed, !preview.problems.empty());
}

int status(Context& context) {
    const auto status = context.opened.coordinator.status();
    if (context.arguments.json) {
        context.terminal.out << json::status(status);
    } else {
        show_status(context.report, status);
    }
    return context.arguments.exit_code ? pending_code(status.pending, status.changed, false) : 0;
}

int validate(Context& context) {
    const auto& unknown_keys = context.opened.unknown_keys;
    const auto validation = context.opened.coordinator.validate();
    auto& report = context.report;
    if (context.arguments.json) {
        context.terminal.out << json::validation(validation, unknown_keys);
    } else {
        for (const auto& key : unknown_keys) report.error(key);
        report.changed(validation.changed);
        show_problems(report, validation.problems);
    }
    if (!unknown_keys.empty()) return exit_code(ErrorKind::Configuration);
    if (!validation.changed.empty()) return exit_code(ErrorKind::ChecksumMismatch);
    if (!validation.problems.empty()) return exit_code(ErrorKind::MigrationFailed);
    if (!context.arguments.json && !context.arguments.quiet) {
        report.line(report.style().good(fmt::format(
            "Configuration, {} and checksums are fine.", count_of(validation.files, "file", "files")
        )));
    }
    return 0;
}

int tenants(Context& context) {
    const auto tenants = context.opened.coordinator.tenants();
    if (context.arguments.json) {
        context.terminal.out << json::tenants(tenants);
        return 0;
    }
    for (const auto& tenant : tenants) context.report.line(printable(tenant));
    if (tenants.empty() && !context.arguments.quiet) {
        // Not on standard output, where each line is a tenant.
        context.terminal.err << "There are no tenants; create one: migrator create-tenant NAME\n";
    }
    return 0;
}

int versions(Context& context) {
    if (context.arguments.version_id) return show_version(context, *context.arguments.version_id);
    const auto versions = context.opened.coordinator.versions({});
    if (context.arguments.json) {
        context.terminal.out << json::versions(versions);
        return 0;
    }
    std::vector<std::string> lines;
    lines.reserve(versions.size());
    for (const auto& version : versions) lines.push_back(version_line(version));
    if (context.terminal.out_is_terminal) {
        context.report.list(lines, 0);
    } else {
        for (const auto& line : lines) context.report.line(line);  // for grep and others, all
    }
    if (versions.empty() && !context.arguments.quiet) {
        context.terminal.err << "There are no versions yet.\n";
    }
    return 0;
}

int wait(Context& context) {
    const auto timeout = context.arguments.timeout;
    auto& coordinator = context.opened.coordinator;
    if (!coordinator.wait_for_database(timeout, context.backend.interrupted)) {
        if (context.backend.interrupted.stop_requested()) {
            throw Error(ErrorKind::Cancelled, "cancelled while waiting for the database");
        }
        const auto reason = reason_for_silence(coordinator);
        throw Error(
            ErrorKind::Unavailable,
            fmt::format(
                "the database did not answer within {}{}{}",
                format_duration(timeout),
                reason.empty() ? "" : ": ",
                reason
            )
        );
    }
    if (context.arguments.json) {
        context.terminal.out << json::reachable();
    } else if (!context.arguments.quiet) {
        context.report.line("The database answers.");
    }
    return 0;
}

int config(Context& context) {
    const auto& yaml = context.opened.redacted_yaml;
    if (context.arguments.json) {
        context.terminal.out << json::configuration(context.opened.driver, yaml);
    } else {
        context.terminal.out << yaml;
        if (!yaml.ends_with('\n')) context.terminal.out << '\n';
    }
    return 0;
}

}  // namespace migrator::cli
