#include <fmt/format.h>

#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"
#include "core/count_of.hpp"
#include "core/log.hpp"

namespace migrator::cli {
namespace {

int exit_code_of(
    const std::vector<std::string>& wrong_keys, const coordinator::Validation& validation
) {
    if (!wrong_keys.empty()) return edge_codes(ErrorKind::Configuration).exit_code;
    if (!validation.changed.empty()) return edge_codes(ErrorKind::ChecksumMismatch).exit_code;
    const auto& refusals = validation.source.refusals;
    if (!refusals.empty()) return edge_codes(refusals.front().kind).exit_code;
    if (!validation.problems.empty()) return edge_codes(ErrorKind::MigrationFailed).exit_code;
    return 0;
}

struct Validate : Command {
    bool offline = false;

    CommandText text() const override {
        return {
            .name = "validate",
            .group = Group::Look,
            .summary = "Checks configuration, files and checksums; writes nothing",
            .text =
                "Unknown configuration keys and unset variables are errors here; elsewhere\n"
                "they are warnings.\n"
                "With --offline: what can be checked without the database. That is the "
                "configuration\n"
                "except dataSource, and the text, names and order of the files.",
            .examples =
                "  migrator validate\n"
                "  migrator validate --offline                 before a commit, without a "
                "database\n"};
    }

    Options options() override {
        return {flag("--offline", offline, "Connect to no database; check the files alone")};
    }

    int run(Context& context) override {
        context.refuse_unknown_keys();
        return offline ? run_offline(context) : run_online(context);
    }

private:
    static int run_online(Context& context) {
        const auto& unknown_keys = context.opened().unknown_keys;
        const auto& unset_variables = context.opened().unset_variables;
        std::vector<std::string> wrong = unknown_keys;
        wrong.insert(wrong.end(), unset_variables.begin(), unset_variables.end());
        const auto validation = context.opened().coordinator.inspection().validate();
        const int exit_code = exit_code_of(wrong, validation);
        auto& report = context.report;
        if (context.common.json) {
            context.terminal.out << json::validation(validation, unknown_keys, unset_variables);
            return exit_code;
        }
        for (const auto& what : wrong) report.error(what);
        const auto& inspection = context.opened().coordinator.inspection();
        report.changed(validation.changed, inspection.differences(validation.changed));
        show_source(report, validation.source);
        show_problems(report, validation.problems);
        show_warnings(report, validation.warnings);
        if (exit_code == 0 && !context.common.quiet) {
            report.line(report.style().good(fmt::format(
                "Configuration, {} and checksums are valid.",
                count_of(validation.files, "file", "files")
            )));
        }
        return exit_code;
    }

    static int run_offline(Context& context) {
        const std::vector<std::string> not_checked = {
            "dataSource", "checksums of applied files", "pending files"};
        const auto& unknown_keys = context.opened_offline().unknown_keys;
        // Where there is no database, there are no secrets either.
        for (const auto& variable : context.opened_offline().unset_variables) log::warn(variable);
        const auto validation = context.opened_offline().coordinator.inspection().validate_files();
        const int exit_code = exit_code_of(unknown_keys, validation);
        auto& report = context.report;
        if (context.common.json) {
            context.terminal.out << json::offline_validation(validation, unknown_keys, not_checked);
            return exit_code;
        }
        for (const auto& key : unknown_keys) report.error(key);
        show_problems(report, validation.problems);
        show_warnings(report, validation.warnings);
        if (context.common.quiet) return exit_code;
        if (exit_code == 0) {
            report.line(
                fmt::format("No problems found in {}.", count_of(validation.files, "file", "files"))
            );
        }
        report.line(fmt::format("Not checked (offline): {}.", fmt::join(not_checked, ", ")));
        return exit_code;
    }
};

}  // namespace

std::unique_ptr<Command> make_validate() { return std::make_unique<Validate>(); }

}  // namespace migrator::cli
