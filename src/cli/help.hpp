#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace migrator::cli {

/// What the help says about one command, beside its options.
struct CommandText {
    std::string_view name;
    std::string_view group;
    std::string_view arguments;  ///< for the usage line: "FILE"
    std::string_view summary;    ///< one line, without a full stop
    std::string_view text;
    std::string_view examples;  ///< whole lines, indented by two
};

/// One option: "--name NAME" and what it does.
struct OptionText {
    std::string spelling;
    std::string description;
};

/// All commands, in the order in which help lists them.
std::span<const CommandText> command_texts();

/// `migrator --help`.
std::string main_help(const std::vector<OptionText>& options);

/// `migrator COMMAND --help`.
std::string command_help(
    const CommandText& command,
    const std::vector<OptionText>& options,
    const std::vector<OptionText>& global_options
);

}  // namespace migrator::cli
