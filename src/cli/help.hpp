#pragma once

#include <string>

#include "cli/command.hpp"

namespace migrator::cli {

/// `migrator --help`.
std::string main_help();

/// `migrator COMMAND --help`.
std::string command_help(Command& command);

}  // namespace migrator::cli
