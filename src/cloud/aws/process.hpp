#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "cloud/aws/surroundings.hpp"

namespace migrator::cloud::aws {

struct ProcessLimits {
    std::chrono::milliseconds time{60'000};
    std::size_t out_bytes = 65'536;
};

/// Runs `command` with `/bin/sh -c` in a process group of its own, with our environment and nothing
/// to read. Over a limit the whole group is killed, and Configuration is thrown. The output may be
/// a secret and is in no message; neither is the command.
ProcessResult run_command(const std::string& command, const ProcessLimits& limits);

}  // namespace migrator::cloud::aws
