#include <fmt/format.h>

#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"

namespace migrator::cli {
namespace {

struct Validate : Command {
    CommandText text() const override {
        return {
            .name = "validate",
            .group = Group::Look,
            .summary = "Checks configuration, files and checksums; writes nothing",
            .text = "Unknown configuration keys are errors here; elsewhere they are warnings.",
            .examples = "  migrator validate\n"};
    }

    int run(Context& context) override {
        const auto& unknown_keys = context.opened().unknown_keys;
        const auto validation = context.opened().coordinator.validate();
        auto& report = context.report;
        if (context.common.json) {
            context.terminal.out << json::validation(validation, unknown_keys);
        } else {
            for (const auto& key : unknown_keys) report.error(key);
            report.changed(validation.changed);
            show_problems(report, validation.problems);
        }
        if (!unknown_keys.empty()) return edge_codes(ErrorKind::Configuration).exit_code;
        if (!validation.changed.empty()) return edge_codes(ErrorKind::ChecksumMismatch).exit_code;
        if (!validation.problems.empty()) return edge_codes(ErrorKind::MigrationFailed).exit_code;
        if (!context.common.json && !context.common.quiet) {
            report.line(report.style().good(fmt::format(
                "Configuration, {} and checksums are fine.",
                count_of(validation.files, "file", "files")
            )));
        }
        return 0;
    }
};

}  // namespace

std::unique_ptr<Command> make_validate() { return std::make_unique<Validate>(); }

}  // namespace migrator::cli
