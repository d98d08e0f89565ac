#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"
#include "core/error.hpp"

namespace migrator::cli {
namespace {

constexpr int kDrifted = 4;

struct Drift : Command {
    coordinator::DriftRequest request;

    CommandText text() const override {
        return {
            .name = "drift",
            .group = Group::Look,
            .summary = "Finds tenants whose schema is not what their files say",
            .text =
                "Sets the schema of each tenant against the one that most tenants with the same "
                "files have,\n"
                "and groups tenants by what differs. Writes nothing, but with --scratch.\n"
                "Exit codes: 0 no drift, 4 drift, 1 some tenants could not be compared.",
            .examples =
                "  migrator drift\n"
                "  migrator drift --tenant acme                what differs, line by line\n"
                "  migrator drift --ignore 'table backup_*' --ignore 'column backup_*'\n"
                "  migrator drift --scratch                    against what the files make\n"};
    }

    Options options() override {
        return {
            words(
                "--tenant TENANT",
                request.tenants,
                "Show these tenants, with the lines that differ; repeatable, `*` matches any "
                "characters"
            ),
            words(
                "--ignore PATTERN",
                request.ignored,
                "Leave out objects: kind and name, as in 'index orders.*'; repeatable"
            ),
            flag(
                "--scratch",
                request.scratch,
                "Compare with a schema that is built from the files and dropped again"
            )};
    }

    int run(Context& context) override {
        request.stop = context.backend.interrupted;
        const auto found = context.opened().coordinator.drift().run(request);
        if (context.common.json) {
            context.terminal.out << json::drift(found);
        } else {
            show_drift(context.report, found, !request.tenants.empty());
        }
        if (found.drifted > 0) return kDrifted;
        const bool tells_nothing = !request.tenants.empty() && found.compared == 0;
        if (!found.has_errors() && !tells_nothing) return 0;
        return edge_codes(ErrorKind::Unavailable).exit_code;
    }
};

}  // namespace

std::unique_ptr<Command> make_drift() { return std::make_unique<Drift>(); }

}  // namespace migrator::cli
