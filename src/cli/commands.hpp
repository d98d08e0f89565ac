#pragma once

#include <string_view>

#include "cli/arguments.hpp"
#include "cli/cli.hpp"
#include "cli/output.hpp"

namespace migrator::cli {

/// What a command works with.
struct Context {
    const Arguments& arguments;
    const Backend& backend;
    const Backend::Opened& opened;
    Terminal& terminal;
    Report& report;
};

/// A command returns its exit code. It throws Error for what `run` shows as `error: …`.
using Command = int (*)(Context&);

/// Null for `serve` and names that don't exist.
Command find_command(std::string_view name);

/// Which tenants `--tenant`, `--tenants-from`, `--canary` and `--waves` mean. Throws InvalidRequest
/// when the file can't be read or names nobody.
plan::Selection selection_of(const Arguments& arguments);

// commands_change.cpp
int apply(Context& context);  ///< also sync and create-tenant
int accept(Context& context);
int forget(Context& context);

// commands_read.cpp
int plan(Context& context);
int status(Context& context);
int validate(Context& context);
int tenants(Context& context);
int versions(Context& context);
int wait(Context& context);
int config(Context& context);

}  // namespace migrator::cli
