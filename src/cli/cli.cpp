#include "cli/cli.hpp"

#include <fmt/format.h>

#include <chrono>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/output_json.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/time.hpp"

namespace migrator::cli {
namespace {

constexpr int kInterrupted = 130;  // as shells show a program that SIGINT ended

constexpr struct {
    std::string_view name;
    Command command;
} kCommands[] = {
    {"apply", apply},
    {"create-tenant", apply},
    {"sync", apply},
    {"plan", plan},
    {"status", status},
    {"validate", validate},
    {"tenants", tenants},
    {"versions", versions},
    {"config", config},
    {"accept", accept},
    {"forget", forget},
    {"wait", wait}};

int exit_code_of(const Error& error, const Backend& backend) {
    if (error.kind() == ErrorKind::Cancelled && backend.interrupted.stop_requested()) {
        return kInterrupted;
    }
    return edge_codes(error.kind()).exit_code;
}

bool runs_files(std::string_view command) {
    return command == "apply" || command == "create-tenant" || command == "sync";
}

/// What to do about an error, where the message can't know it.
std::string hint_for(const Error& error, const Arguments& arguments) {
    switch (error.kind()) {
        case ErrorKind::Configuration:
            if (arguments.config_path_is_default) {
                return "the configuration is read from migrator.yaml in the current directory; "
                       "another file: --config FILE, or MIGRATOR_YAML";
            }
            return "";
        case ErrorKind::Locked:
            return "two runs never work at the same time; --lock-timeout 10m waits longer";
        case ErrorKind::Unavailable:
            if (arguments.command == "wait") return "";
            if (arguments.command == "serve") {  // it opens its port, and nothing else
                return "another port: --set port=N, MIGRATOR_PORT, or `port` in the configuration";
            }
            return "`migrator wait` returns as soon as the database answers";
        case ErrorKind::MigrationFailed:
        case ErrorKind::PartlyFailed:
        case ErrorKind::Cancelled:
            if (!runs_files(arguments.command)) return "";
            return "`migrator status` shows what is applied and what is pending";
        default:
            return "";
    }
}

int show_error(
    const Error& error,
    const std::string& hint,
    const Arguments& arguments,
    const Backend& backend,
    Terminal& terminal
) {
    const int exit_code = exit_code_of(error, backend);
    if (arguments.json) {
        terminal.out << json::error(error.kind(), error.what(), exit_code);
    } else {
        Report(terminal, arguments).error(error.what(), hint);
    }
    return exit_code;
}

int run_command(Arguments& arguments, Backend& backend, Terminal& terminal) {
    if (arguments.help) {
        terminal.out << *arguments.help;
        return 0;
    }
    if (arguments.show_version) {
        if (arguments.json) {
            terminal.out << json::program(backend.version_text);
        } else {
            terminal.out << backend.version_text << '\n';
        }
        return 0;
    }
    const auto command = find_command(arguments.command);
    if (command == nullptr) return backend.serve(arguments.config_path, arguments.overrides);

    if (!arguments.name) {
        const auto now = std::chrono::floor<std::chrono::seconds>(backend.clock());
        arguments.name = format_rfc3339(now);
    }
    const auto opened = backend.open(arguments.config_path, arguments.overrides);
    Report report(terminal, arguments);
    Context context{arguments, backend, opened, terminal, report};
    return command(context);
}

/// Standard output may be a full disk: what was asked for is not there then.
int flushed(int exit_code, Terminal& terminal) {
    terminal.out.flush();
    if (terminal.out || exit_code != 0) return exit_code;
    terminal.err << "error: can't write to standard output\n";
    return 1;
}

}  // namespace

Command find_command(std::string_view name) {
    for (const auto& each : kCommands) {
        if (each.name == name) return each.command;
    }
    return nullptr;
}

int run(const std::vector<std::string>& arguments, Backend& backend, Terminal& terminal) {
    Arguments parsed;
    parsed.json = asks_for_json(arguments);
    try {
        parsed = parse(arguments, backend.default_path);
    } catch (const Error& error) {
        const auto* hint = "`migrator --help` lists the commands and options";
        return flushed(show_error(error, hint, parsed, backend, terminal), terminal);
    }
    try {
        return flushed(run_command(parsed, backend, terminal), terminal);
    } catch (const Error& error) {
        const auto hint = hint_for(error, parsed);
        return flushed(show_error(error, hint, parsed, backend, terminal), terminal);
    } catch (const std::exception& exception) {
        log::error(fmt::format("internal error: {}", exception.what()));
        const Error error(ErrorKind::Internal, "internal error; the log line before it says more");
        return flushed(show_error(error, "", parsed, backend, terminal), terminal);
    }
}

}  // namespace migrator::cli
