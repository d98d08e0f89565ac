#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace migrator::cli {

/// What a command line asks for.
struct Arguments {
    std::unique_ptr<Command> command;  ///< `serve` when none is named; its options are filled in
    bool names_command = false;
    CommonOptions common;
    bool show_version = false;
    bool show_help = false;
};

/// Reads the command line. `default_path` is the configuration file when no flag names one.
/// Throws InvalidRequest, with the nearest command or option for one that doesn't exist.
Arguments parse(
    const std::vector<std::string>& arguments, const std::optional<std::string>& default_path
);

/// The options of every command. They fill in `arguments`, which outlives them.
Options common_options(Arguments& arguments);

/// Whether `--json` is among them; for errors of a command line that `parse` refused.
bool asks_for_json(const std::vector<std::string>& arguments);

}  // namespace migrator::cli
