#include <fmt/format.h>

#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"
#include "core/random_id.hpp"

namespace migrator::cli {
namespace {

struct MoveTenant : Command {
    std::string tenant;
    std::optional<std::string> to;

    CommandText text() const override {
        return {
            .name = "move-tenant",
            .group = Group::Change,
            .summary = "Moves the records of a tenant to the server that has its schema now",
            .text =
                "For a fleet over several servers. Move the schema with the tools of the database "
                "first, and drop\n"
                "it where it was. This moves recorded files, state and the entry in the list. It "
                "checks that the\n"
                "schema is on the new server, and not on the old one.",
            .examples = "  migrator move-tenant acme --to east\n"};
    }

    Options options() override {
        return {word("NAME", tenant), word("--to SERVER", to, "The server that has the schema")};
    }

    int run(Context& context) override {
        if (!to) throw Error(ErrorKind::InvalidRequest, "--to SERVER is missing");
        auto& corrections = context.opened().coordinator.corrections();
        const auto from =
            corrections.move_tenant(tenant, *to, random_uuid(), context.backend.asker);
        if (context.common.json) {
            context.terminal.out << json::moved_tenant(tenant, from, *to);
        } else if (!context.common.quiet) {
            context.report.line(context.report.style().good(fmt::format(
                "Moved the records of tenant {} from server {} to server {}.", tenant, from, *to
            )));
        }
        return 0;
    }
};

}  // namespace

std::unique_ptr<Command> make_move_tenant() { return std::make_unique<MoveTenant>(); }

}  // namespace migrator::cli
