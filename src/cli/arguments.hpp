#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace migrator::cli {

/// What the command line asks for. Options that a command doesn't have keep their defaults.
struct Arguments {
    std::string command = "serve";
    std::string config_path;
    bool config_path_is_default = false;           ///< nobody named a file
    std::map<std::string, std::string> overrides;  ///< configuration keys from flags

    bool json = false;
    bool quiet = false;
    bool verbose = false;  ///< lists are not cut

    std::optional<std::string> name;  ///< of the version
    std::string tenant;               ///< `--tenant`, or the name after `create-tenant`
    std::string file;                 ///< `accept FILE`, `--from FILE`
    std::optional<std::int64_t> version_id;
    bool dry_run = false;
    bool reconcile = false;
    std::optional<std::size_t> resume_at_statement;  ///< 0: behind the last one known to have run
    bool sql = false;
    bool exit_code = false;
    bool yes = false;
    std::chrono::milliseconds timeout{60'000};

    bool show_version = false;
    std::optional<std::string> help;  ///< the text to show instead of doing anything
};

/// Reads the command line. `default_path` is the configuration file when no flag names one.
/// Throws InvalidRequest, with the nearest command or option for one that doesn't exist.
Arguments parse(
    const std::vector<std::string>& arguments, const std::optional<std::string>& default_path
);

/// Whether `--json` is among them; for errors of a command line that `parse` refused.
bool asks_for_json(const std::vector<std::string>& arguments);

}  // namespace migrator::cli
