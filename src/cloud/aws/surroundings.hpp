#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/time.hpp"
#include "http_client/transport.hpp"

namespace migrator::cloud::aws {

/// What a program that was run said.
struct ProcessResult {
    int exit_code = 0;  ///< 128 + signal when a signal ended it
    std::string out;
    std::string err;  ///< the last 64 KiB
};

/// The world outside, handed down by `app`; tests hand in another. All functions may be called from
/// every thread.
struct Surroundings {
    /// A variable of the environment; an empty one counts as not set.
    std::function<std::optional<std::string>(const std::string& name)> environment;
    /// The bytes of a file; nothing when it is not there. Throws Configuration when it can't be
    /// read.
    std::function<std::optional<std::string>(const std::string& path)> read_file;
    /// Runs a command with /bin/sh, at most 60 s (docs/cloud.md, "Profiles").
    std::function<ProcessResult(const std::string& command)> run;
    Clock clock;
    /// Returns early when the program is to end.
    std::function<void(std::chrono::milliseconds)> sleep;
    /// From 0 to 1.
    std::function<double()> random;
    std::function<std::unique_ptr<http_client::Transport>()> open_transport;
    std::string ecs_base = "http://169.254.170.2";
    std::string imds_base = "http://169.254.169.254";
};

/// The real ones. `sleep` knows of no end of the program: `app` replaces it. `HOME` comes from the
/// user's entry in passwd when the variable is not set.
Surroundings system_surroundings();

/// A variable of the environment; empty when it is not set.
std::string variable(const Surroundings& surroundings, const std::string& name);
/// Whether a variable is `true`, in upper or lower case.
bool is_switched_on(const Surroundings& surroundings, const std::string& name);

}  // namespace migrator::cloud::aws
