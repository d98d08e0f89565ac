#include "cli/command.hpp"

namespace migrator::cli {
namespace {

struct Serve : Command {
    CommandText text() const override {
        return {
            .name = "serve",
            .group = Group::Serve,
            .summary = "Runs the HTTP service (the default without a command)",
            .text =
                "Serves REST (v1) and GraphQL (v2) until SIGTERM or Ctrl-C. Starts and answers "
                "health checks\n"
                "even while database and storage are down.",
            .examples =
                "  migrator serve --config /etc/migrator.yaml\n"
                "  migrator -configFile migrator.yaml          compatible with the Go program\n"};
    }

    int run(Context& context) override {
        return context.backend.serve(context.common.config_path, context.common.overrides);
    }

    std::string hint(ErrorKind kind) const override {
        if (kind != ErrorKind::Unavailable) return Command::hint(kind);
        // It opens its port, and nothing else.
        return "to use another port, pass --set port=N, MIGRATOR_PORT, or `port` in the "
               "configuration";
    }
};

}  // namespace

std::unique_ptr<Command> make_serve() { return std::make_unique<Serve>(); }

}  // namespace migrator::cli
