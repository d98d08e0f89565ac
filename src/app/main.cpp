#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "analysis/parser.hpp"
#include "app/caller.hpp"
#include "app/interrupts.hpp"
#include "app/wiring.hpp"
#include "cli/cli.hpp"

namespace {

using namespace migrator;

std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

/// A closed one of the standard streams would be the next file or connection that is opened, and
/// what is written to the stream would go there. Opened the other way round each of them fails as
/// before.
void keep_standard_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
        // The lowest number that is free: this one.
        ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && argv[1] == migrator::analysis::kParserMode) {
        return migrator::analysis::run_parser_child();
    }
    keep_standard_streams();
#ifdef M_ARENA_MAX
    // Runs take turns on the threads of a service. With an arena for each thread, what one run has
    // freed is of no use to the next: the process grew by 2 MB with each of ten versions.
    mallopt(M_ARENA_MAX, 2);
#endif
    std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of the write
    std::signal(SIGXFSZ, SIG_IGN);  // so is a limit on the size of files (ulimit -f)
    std::stop_source stop;
    app::Cloud cloud;
    std::optional<app::Interrupts> interrupts;
    std::optional<app::Opened> opened;

    const auto open = [&](const std::string& path, const app::Overrides& overrides, app::Use use) {
        interrupts.emplace(stop);
        opened.emplace(app::read_configuration(path, overrides, cloud, use), cloud);
        const config::Config& configuration = opened->configuration();
        const auto directories = [&](MigrationType type) {
            const auto& all = configuration.loader.directories;
            const auto found = all.find(type);
            return found == all.end() ? std::vector<std::string>() : found->second;
        };
        return cli::Backend::Opened{
            .coordinator = opened->coordinator(),
            .redacted_yaml = configuration.redacted_yaml,
            .unknown_keys = configuration.unknown_keys,
            .driver = configuration.database.driver,
            .base_location = configuration.loader.base_location,
            .single_migrations = directories(MigrationType::SingleMigration),
            .tenant_migrations = directories(MigrationType::TenantMigration),
            .unset_variables = configuration.unset_variables};
    };
    cli::Backend backend{
        .version_text = app::version_text(),
        .open = [&](const std::string& path, const app::Overrides& overrides
                ) { return open(path, overrides, app::Use::Command); },
        .open_offline = [&](const std::string& path, const app::Overrides& overrides
                        ) { return open(path, overrides, app::Use::Offline); },
        .serve = [&](const std::string& path, const app::Overrides& overrides
                 ) { return app::serve(path, overrides, cloud); },
        .clock = [] { return std::chrono::system_clock::now(); },
        .asker = app::caller(variable),
        .interrupted = stop.get_token(),
        .default_path = variable("MIGRATOR_YAML"),
    };
    cli::Terminal terminal{
        .out = std::cout,
        .err = std::cerr,
        .in = std::cin,
        .out_is_terminal = isatty(STDOUT_FILENO) == 1,
        .err_is_terminal = isatty(STDERR_FILENO) == 1,
        .in_is_terminal = isatty(STDIN_FILENO) == 1,
        .no_color = variable("NO_COLOR").has_value()};
    return cli::run({argv + 1, argv + argc}, backend, terminal);
}
