#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"

namespace migrator::cli {
namespace {

struct Tenants : Command {
    CommandText text() const override {
        return {
            .name = "tenants",
            .group = Group::Look,
            .summary = "Lists the tenants, one per line",
            .text = "In the order of the tenant list.",
            .examples = "  migrator tenants\n"};
    }

    int run(Context& context) override {
        const auto tenants = context.opened().coordinator.tenants();
        if (context.common.json) {
            context.terminal.out << json::tenants(tenants);
            return 0;
        }
        for (const auto& tenant : tenants) context.report.line(printable(tenant));
        if (tenants.empty() && !context.common.quiet) {
            // Not on standard output, where each line is a tenant.
            context.terminal.err << "No tenants; to create one: migrator create-tenant NAME\n";
        }
        return 0;
    }
};

}  // namespace

std::unique_ptr<Command> make_tenants() { return std::make_unique<Tenants>(); }

}  // namespace migrator::cli
