#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"

namespace migrator::cli {
namespace {

constexpr struct {
    Group group;
    std::string_view title;
} kGroups[] = {
    {Group::Begin, "Get started"},
    {Group::Change, "Change the database"},
    {Group::Look, "Inspect, without writing"},
    {Group::Repair, "Repair the records"},
    {Group::Serve, "Serve, and other commands"}};

constexpr std::string_view kIntroduction =
    R"(Applies versioned SQL migrations to databases with one schema, or with thousands of tenant schemas.
Without a command, migrator serves HTTP.

Usage:
  migrator [OPTIONS] [COMMAND] [OPTIONS OF THE COMMAND]

A first run, with a migrator.yaml in the current directory:
  migrator validate                 check configuration and files
  migrator plan                     show what apply would do
  migrator apply --name v1.2.0      apply all pending migrations
  migrator status                   show what is applied and pending
)";

constexpr std::string_view kEnd = R"(
Configuration:
  migrator reads the file named by --config FILE (or -configFile FILE), else by the environment
  variable MIGRATOR_YAML, else migrator.yaml in the current directory. Each key can also be set with
  an environment variable (lockTimeout: MIGRATOR_LOCK_TIMEOUT) or with --set KEY=VALUE.
  Precedence: flag, environment variable, file, default.

Exit codes:
  0    success, also if there was nothing to do
  1    failed
  2    invalid usage or configuration
  3    migrations are pending (only with status --exit-code and plan --exit-code)
  4    files were edited after they were applied
  5    another run holds the migration lock
  6    some tenants or servers failed; changes to the others are committed
  130  canceled with Ctrl-C
)";

/// Those that have a name: the others stand in the usage line.
std::string option_list(const Options& options) {
    std::size_t width = 0;
    for (const auto& option : options) {
        if (option.has_name()) width = std::max(width, option.spelling.size());
    }
    std::string text;
    for (const auto& option : options) {
        if (!option.has_name()) continue;
        text += fmt::format("  {:<{}}  {}\n", option.spelling, width, option.text);
    }
    return text;
}

std::string common_option_list() {
    Arguments nothing;
    return option_list(common_options(nothing));
}

std::string usage_arguments(const Options& options) {
    std::string text;
    for (const auto& option : options) {
        if (!option.has_name()) text += fmt::format(" {}", option.spelling);
    }
    return text;
}

}  // namespace

std::string main_help() {
    std::string text(kIntroduction);
    const auto commands = make_commands();
    for (const auto& [group, title] : kGroups) {
        text += fmt::format("\n{}:\n", title);
        for (const auto& command : commands) {
            const auto about = command->text();
            if (about.group != group) continue;
            const auto usage = fmt::format("{}{}", about.name, usage_arguments(command->options()));
            text += fmt::format("  {:<19}  {}\n", usage, about.summary);
        }
    }
    text += "\nOptions, before or after the command:\n" + common_option_list();
    text += kEnd;
    return text + "\nHelp for a command: migrator COMMAND --help\n";
}

std::string command_help(Command& command) {
    const auto about = command.text();
    const auto options = command.options();
    const auto list = option_list(options);
    std::string usage = fmt::format("migrator {}", about.name);
    if (!list.empty()) usage += " [OPTIONS]";
    usage += usage_arguments(options);
    std::string text = fmt::format("{}.\n\nUsage:\n  {}\n\n", about.summary, usage);
    text += fmt::format("{}\n", about.text);
    if (!list.empty()) text += "\nOptions:\n" + list;
    text += fmt::format("\nExamples:\n{}", about.examples);
    return text + "\nOptions of every command:\n" + common_option_list();
}

}  // namespace migrator::cli
