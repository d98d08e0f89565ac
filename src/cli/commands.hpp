#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace migrator::cli {

/// A new object for each command, in the order in which help lists them.
std::vector<std::unique_ptr<Command>> make_commands();

/// Null when there is none of that name.
std::unique_ptr<Command> make_command(std::string_view name);

/// "unknown command 'aply'; did you mean 'apply'?"
std::string unknown_command(std::string_view name);

/// "; did you mean 'apply'?", or nothing when no candidate is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace migrator::cli
