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
        const auto list = context.opened().coordinator.tenant_list();
        const auto& tenants = list.names;
        // Not on standard output, where each line is a tenant.
        for (const auto& bad : list.bad) context.terminal.err << printable(bad.message) << '\n';
        if (context.common.json) {
            context.terminal.out << json::tenants(tenants);
            return 0;
        }
        for (const auto& tenant : tenants) context.report.line(printable(tenant));
        if (tenants.empty() && list.bad.empty() && !context.common.quiet) {
            context.terminal.err << "No tenants; to create one: migrator create-tenant NAME\n";
        }
        return 0;
    }
};

}  // namespace

std::unique_ptr<Command> make_tenants() { return std::make_unique<Tenants>(); }

}  // namespace migrator::cli
