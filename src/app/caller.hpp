#pragma once

#include <functional>
#include <optional>
#include <string>

#include "coordinator/asker.hpp"

namespace migrator::app {

/// Who runs a command, and on which host: the operating system's user; in a pipeline whom that
/// names, with the pipeline in the proof. `variable` looks up the environment, whose word is
/// believed: whoever can run the command can do all that it does.
coordinator::Asker caller(const std::function<std::optional<std::string>(const char*)>& variable);

}  // namespace migrator::app
