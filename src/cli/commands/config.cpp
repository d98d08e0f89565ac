#include <ostream>

#include "cli/command.hpp"
#include "cli/output_json.hpp"

namespace migrator::cli {
namespace {

struct Config : Command {
    CommandText text() const override {
        return {
            .name = "config",
            .group = Group::Look,
            .summary = "Prints the effective configuration, secrets masked",
            .text = "After environment variables and flags, as YAML.",
            .examples = "  migrator config\n"};
    }

    int run(Context& context) override {
        const auto& yaml = context.opened().redacted_yaml;
        if (context.common.json) {
            context.terminal.out << json::configuration(context.opened().driver, yaml);
        } else {
            context.terminal.out << yaml;
            if (!yaml.ends_with('\n')) context.terminal.out << '\n';
        }
        return 0;
    }
};

}  // namespace

std::unique_ptr<Command> make_config() { return std::make_unique<Config>(); }

}  // namespace migrator::cli
