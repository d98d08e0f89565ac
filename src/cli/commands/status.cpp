#include <fmt/format.h>

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
                "  migrator status --exit-code                 3: pending or lagging, 4: edited "
                "files\n"
                "  migrator status --json | jq .pending\n"};
    }

    Options options() override {
        return {flag(
            "--exit-code",
            exit_code,
            "Exit with 3 if migrations are pending, or tenants lag, are unmanaged or unfinished"
        )};
    }

    int run(Context& context) override {
        const auto& inspection = context.opened().coordinator.inspection();
        const auto status = inspection.status();
        const auto check = inspection.check(status.fleet.findings, status.pending);
        const int unread = unread_code(status.servers);
        const int code = unread != 0 ? unread : exit_code ? status_code(status, check) : 0;
        const auto differences = inspection.differences(status.changed);
        if (context.common.json) {
            const auto shown = exit_code ? std::optional(code) : std::nullopt;
            context.terminal.out << json::status(status, differences, shown);
            return code;
        }
        show_status(context.report, status, check, differences);
        const auto counted = text_of(outstanding(status));
        if (exit_code && unread == 0 && !counted.empty()) {
            context.report.line(fmt::format("Exit code {}; it counts {}.", code, counted));
        }
        return code;
    }
};

}  // namespace

std::unique_ptr<Command> make_status() { return std::make_unique<StatusCommand>(); }

}  // namespace migrator::cli
