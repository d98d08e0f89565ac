#include "cli/cli.hpp"

#include <fmt/format.h>

#include <ostream>

#include "cli/arguments.hpp"
#include "cli/help.hpp"
#include "cli/output_json.hpp"
#include "core/error.hpp"
#include "core/log.hpp"

namespace migrator::cli {
namespace {

constexpr int kInterrupted = 130;  // as shells show a program that SIGINT ended

int exit_code_of(const Error& error, const Backend& backend) {
    if (error.kind() == ErrorKind::Cancelled && backend.interrupted.stop_requested()) {
        return kInterrupted;
    }
    return edge_codes(error.kind()).exit_code;
}

/// What to do about an error, where the message can't know it.
std::string hint_for(const Error& error, const Arguments& arguments) {
    if (!error.advice().empty()) return error.advice();
    if (error.kind() != ErrorKind::Configuration) return arguments.command->hint(error.kind());
    if (!arguments.common.config_path_is_default) return "";
    return "migrator reads migrator.yaml in the current directory; choose another file with "
           "--config FILE or MIGRATOR_YAML";
}

int show_error(
    const Error& error,
    const std::string& hint,
    const CommonOptions& common,
    const Backend& backend,
    Terminal& terminal
) {
    const int exit_code = exit_code_of(error, backend);
    if (common.json) {
        terminal.out << json::error(error.kind(), error.what(), exit_code);
    } else {
        Report(terminal, common.verbose).error(error.what(), hint);
    }
    return exit_code;
}

int run_command(const Arguments& arguments, Backend& backend, Terminal& terminal) {
    if (arguments.show_help) {
        auto& command = *arguments.command;
        const bool is_of_all = !arguments.names_command || command.text().name == "help";
        terminal.out << (is_of_all ? main_help() : command_help(command));
        return 0;
    }
    if (arguments.show_version) {
        if (arguments.common.json) {
            terminal.out << json::program(backend.version_text);
        } else {
            terminal.out << backend.version_text << '\n';
        }
        return 0;
    }
    Context context(arguments.common, backend, terminal);
    return arguments.command->run(context);
}

/// Standard output may be a full disk: what was asked for is not there then.
int flushed(int exit_code, Terminal& terminal) {
    terminal.out.flush();
    if (terminal.out || exit_code != 0) return exit_code;
    terminal.err << "error: could not write to standard output\n";
    return 1;
}

}  // namespace

int run(const std::vector<std::string>& arguments, Backend& backend, Terminal& terminal) {
    Arguments parsed;
    parsed.common.json = asks_for_json(arguments);
    try {
        parsed = parse(arguments, backend.default_path);
    } catch (const Error& error) {
        const auto* hint = "`migrator --help` lists the commands and options";
        return flushed(show_error(error, hint, parsed.common, backend, terminal), terminal);
    }
    try {
        return flushed(run_command(parsed, backend, terminal), terminal);
    } catch (const Error& error) {
        const auto hint = hint_for(error, parsed);
        return flushed(show_error(error, hint, parsed.common, backend, terminal), terminal);
    } catch (const std::exception& exception) {
        log::error(fmt::format("internal error: {}", exception.what()));
        const Error error(ErrorKind::Internal, "internal error; see the log line before this one");
        return flushed(show_error(error, "", parsed.common, backend, terminal), terminal);
    }
}

}  // namespace migrator::cli
