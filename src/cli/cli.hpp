#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "coordinator/coordinator.hpp"

/// The command line: parsing, output for people and as JSON, progress, exit codes.
namespace migrator::cli {

/// What the commands write to and know of their surroundings.
struct Terminal {
    std::ostream& out;
    std::ostream& err;
    std::istream& in;
    bool out_is_terminal = false;  ///< colours; progress bar when `err_is_terminal` too
    bool err_is_terminal = false;
    bool in_is_terminal = false;  ///< whether a question can be asked
    bool no_color = false;        ///< NO_COLOR is set
};

/// What `app` offers to the commands. A command opens only what it needs.
struct Backend {
    std::string version_text;  ///< "migrator v1.2.0 (commit, date)"
    /// Everything behind a read configuration.
    struct Opened {
        coordinator::Coordinator& coordinator;
        std::string redacted_yaml;
        std::vector<std::string> unknown_keys;
        std::string driver;
        std::string base_location;
        std::vector<std::string> single_migrations;  ///< folders, as configured
        std::vector<std::string> tenant_migrations;
        std::vector<std::string> unset_variables{};  ///< warnings, errors of `validate`
    };
    /// Reads the configuration (file, environment, overrides by key) and opens the coordinator.
    /// Throws Configuration. Called at most once, and not for `serve`.
    std::function<
        Opened(const std::string& path, const std::map<std::string, std::string>& overrides)>
        open;
    /// The same for commands that need no database: `dataSource` is neither read nor checked, and
    /// no secret is fetched. Of the coordinator only what looks at files may be used.
    std::function<
        Opened(const std::string& path, const std::map<std::string, std::string>& overrides)>
        open_offline;
    /// Runs the HTTP service until a signal; its exit code.
    std::function<int(const std::string& path, const std::map<std::string, std::string>& overrides)>
        serve;
    Clock clock;
    /// Who runs the command, for the audit.
    coordinator::Asker asker;
    /// Stops when the user pressed Ctrl-C (or SIGTERM came).
    std::stop_token interrupted;
    /// MIGRATOR_YAML, if set.
    std::optional<std::string> default_path;
};

/// Runs the command line `arguments` (without the program's name); the exit code of docs/cli.md,
/// "Exit codes". Never throws.
int run(const std::vector<std::string>& arguments, Backend& backend, Terminal& terminal);

}  // namespace migrator::cli
