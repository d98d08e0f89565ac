#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"
#include "cli/pending_code.hpp"

namespace migrator::cli {
namespace {

struct StatusCommand : Command {
    bool exit_code = false;

    CommandText text() const override {
        return {
            .name = "status",
            .group = Group::Look,
            .summary = "Shows what is applied, pending, changed, lagging or incomplete",
            .text =
                "Also shows who holds the migration lock. A role that may only read is enough. "
                "Scripts are not\n"
                "pending: they run at every apply.",
            .examples =
                "  migrator status\n"
                "  migrator status --exit-code                 3: pending, 4: edited files\n"
                "  migrator status --json | jq .pending\n"};
    }

    Options options() override { return {exit_code_option(exit_code)}; }

    int run(Context& context) override {
        const auto& inspection = context.opened().coordinator.inspection();
        const auto status = inspection.status();
        const auto check = inspection.check(status.fleet.findings, status.pending);
        if (context.common.json) {
            context.terminal.out << json::status(status);
        } else {
            show_status(context.report, status, check);
        }
        return exit_code ? pending_code(status.pending, status.changed, check, false) : 0;
    }
};

}  // namespace

std::unique_ptr<Command> make_status() { return std::make_unique<StatusCommand>(); }

}  // namespace migrator::cli
