#include <fmt/format.h>

#include <chrono>
#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"
#include "core/duration.hpp"

namespace migrator::cli {
namespace {

/// Why the database doesn't answer, as a read is told; empty when it does by now.
std::string reason_for_silence(coordinator::Coordinator& coordinator) {
    try {
        coordinator.tenants();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Unavailable) return error.what();
    }
    return "";
}

struct Wait : Command {
    std::chrono::milliseconds timeout{60'000};

    CommandText text() const override {
        return {
            .name = "wait",
            .group = Group::Serve,
            .summary = "Returns when the database answers",
            .text = "For start scripts and pipelines; exits with 1 on timeout.",
            .examples = "  migrator wait --timeout 2m && migrator apply\n"};
    }

    Options options() override {
        return {parsed(
            "--timeout DURATION",
            timeout,
            parse_duration,
            "a duration like 500ms, 30s, 5m",
            "Give up after this time: 90s, 5m; default 60s"
        )};
    }

    int run(Context& context) override {
        auto& coordinator = context.opened().coordinator;
        if (!coordinator.wait_for_database(timeout, context.backend.interrupted)) {
            if (context.backend.interrupted.stop_requested()) {
                throw Error(ErrorKind::Cancelled, "canceled while waiting for the database");
            }
            const auto reason = reason_for_silence(coordinator);
            throw Error(
                ErrorKind::Unavailable,
                fmt::format(
                    "could not connect to the database within {}{}{}",
                    format_duration(timeout),
                    reason.empty() ? "" : ": ",
                    reason
                )
            );
        }
        if (context.common.json) {
            context.terminal.out << json::reachable();
        } else if (!context.common.quiet) {
            context.report.line("The database accepts connections.");
        }
        return 0;
    }

    std::string hint(ErrorKind /*kind*/) const override { return ""; }
};

}  // namespace

std::unique_ptr<Command> make_wait() { return std::make_unique<Wait>(); }

}  // namespace migrator::cli
