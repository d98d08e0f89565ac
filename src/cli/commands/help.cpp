#include "cli/help.hpp"

#include <ostream>

#include "cli/command.hpp"
#include "cli/commands.hpp"

namespace migrator::cli {
namespace {

struct Help : Command {
    std::string topic;

    CommandText text() const override {
        return {
            .name = "help",
            .group = Group::Serve,
            .summary = "Shows this help, or the help for a command",
            .text = "The same as --help.",
            .examples = "  migrator help apply\n"};
    }

    Options options() override {
        return {{"[COMMAND]", {}, [this](const std::string& name) {
                     if (make_command(name) == nullptr) {
                         throw Error(ErrorKind::InvalidRequest, unknown_command(name));
                     }
                     topic = name;
                 }}};
    }

    int run(Context& context) override {
        context.terminal.out << (topic.empty() ? main_help() : command_help(*make_command(topic)));
        return 0;
    }
};

}  // namespace

std::unique_ptr<Command> make_help() { return std::make_unique<Help>(); }

}  // namespace migrator::cli
