#include <fmt/format.h>

#include <istream>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/output_json.hpp"
#include "cli/progress_line.hpp"
#include "core/error.hpp"
#include "core/random_id.hpp"

namespace migrator::cli {
namespace {

ProgressLine::Mode progress_mode(const Context& context) {
    if (context.arguments.quiet || context.arguments.json) return ProgressLine::Mode::None;
    return context.terminal.err_is_terminal ? ProgressLine::Mode::Bar : ProgressLine::Mode::Lines;
}

/// Asks on the terminal. True without asking with `--yes`.
bool confirm(Context& context, const std::string& question) {
    if (context.arguments.yes) return true;
    if (context.arguments.json || !context.terminal.in_is_terminal) {
        throw Error(
            ErrorKind::InvalidRequest,
            fmt::format(
                "{} asks before it writes, and there is nobody to ask: repeat it with --yes",
                context.arguments.command
            )
        );
    }
    context.terminal.err << question << " [y/N] " << std::flush;
    std::string answer;
    std::getline(context.terminal.in, answer);
    if (context.backend.interrupted.stop_requested()) {
        throw Error(ErrorKind::Cancelled, "cancelled; nothing was changed");
    }
    return answer == "y" || answer == "Y" || answer == "yes";
}

int refused(Context& context) {
    context.report.error("nothing was changed");
    return 1;
}

}  // namespace

int apply(Context& context) {
    const auto& arguments = context.arguments;
    coordinator::RunRequest request;
    request.version_name = arguments.name.value();
    if (request.version_name.empty()) {
        throw Error(ErrorKind::InvalidRequest, "--name is empty: a version needs a name");
    }
    request.action = arguments.command == "sync" ? Action::Sync : Action::Apply;
    request.dry_run = arguments.dry_run;
    request.reconcile = arguments.reconcile;
    request.resume_at_statement = arguments.resume_at_statement;
    request.request_id = random_uuid();
    if (arguments.command == "create-tenant") {
        request.tenant = arguments.tenant;
    } else if (!arguments.tenant.empty()) {
        request.only_tenant = arguments.tenant;
    }

    ProgressLine line(context.terminal.err, progress_mode(context));
    request.progress = line.sink();
    const auto outcome =
        context.opened.coordinator.run(std::move(request), context.backend.interrupted);
    line.clear();

    if (!outcome.changed.empty()) {
        const auto kind = ErrorKind::ChecksumMismatch;
        const int exit_code = edge_codes(kind).exit_code;
        if (arguments.json) {
            context.terminal.out << json::error(
                kind, std::string(kChecksumMessage), exit_code, outcome.changed
            );
        } else {
            context.report.changed_error(outcome.changed);
        }
        return exit_code;
    }
    if (arguments.json) {
        context.terminal.out << json::outcome(arguments, outcome);
    } else if (!arguments.quiet) {
        show_outcome(context.report, arguments, outcome);
    }
    return 0;
}

int accept(Context& context) {
    auto& coordinator = context.opened.coordinator;
    auto& report = context.report;
    const auto change = coordinator.find_change(context.arguments.file);
    const bool shows = !context.arguments.json && !context.arguments.quiet;
    const bool differs = change.migration.check_sum != change.recorded_check_sum;
    if (!context.arguments.json && (differs || shows)) {
        const auto& recorded = change.recorded_check_sum;
        report.line(fmt::format("File:      {}", printable(change.migration.file)));
        report.line(fmt::format("Recorded:  {}", recorded.empty() ? "no checksum" : recorded));
        report.line(fmt::format("Now:       {}", change.migration.check_sum));
    }
    if (differs) {
        if (!confirm(context, "Record the file as it is now, without running it?")) {
            return refused(context);
        }
        coordinator.accept(change, random_uuid());
    }
    if (context.arguments.json) context.terminal.out << json::accepted(change, differs);
    if (shows) {
        report.line(
            differs ? report.style().good("Accepted: the file's checksum and text are recorded.")
                    : "The file is as recorded: nothing to do."
        );
    }
    return 0;
}

int forget(Context& context) {
    const auto& arguments = context.arguments;
    auto& coordinator = context.opened.coordinator;
    auto& report = context.report;
    const auto files = coordinator.find_forgettable(arguments.tenant, arguments.file);
    const auto count = count_of(files.size(), "file", "files");
    const bool shows = !arguments.json && !arguments.quiet;
    if (!files.empty()) {
        if (!arguments.json && (shows || !arguments.yes)) {
            report.line(fmt::format("{} of tenant {}:", count, printable(arguments.tenant)));
            report.list(file_lines(files));
        }
        if (!confirm(context, "Make them pending again, so that the next apply runs them?")) {
            return refused(context);
        }
        coordinator.forget(arguments.tenant, files, random_uuid());
    }
    if (arguments.json) {
        context.terminal.out << json::forgotten(arguments.tenant, files, !files.empty());
    }
    if (shows) {
        report.line(
            files.empty() ? "No file is recorded from there on: nothing to do."
                          : report.style().good(fmt::format("{} pending again.", count))
        );
    }
    return 0;
}

}  // namespace migrator::cli
