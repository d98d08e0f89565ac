#include "cli/help.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migrator::cli {
namespace {

constexpr CommandText kCommands[] = {
    {"serve",
     "Serve",
     "",
     "The HTTP service; also what happens without a command",
     "Serves REST (v1) and GraphQL (v2) until SIGTERM or Ctrl-C. Starts and answers health checks\n"
     "even while database and storage are down.",
     "  migrator serve --config /etc/migrator.yaml\n"
     "  migrator -configFile migrator.yaml          as the Go program was started\n"},
    {"apply",
     "Change",
     "",
     "Applies what is missing and records it as a new version",
     "Runs every pending migration, and all scripts, for the schemas that lack them, under the\n"
     "migration lock. Says exactly what it did. Nothing pending is no error: exit code 0.",
     "  migrator apply --name v1.2.0\n"
     "  migrator apply --dry-run                    run everything, then roll back\n"
     "  migrator apply --reconcile                  bring late tenants the files they lack, too\n"
     "  migrator apply --tenant 'eu-*'              some tenants; the others stay owed the files\n"
     "  migrator apply --canary 5 --waves 10%,100%  5 tenants first, then a tenth, then all\n"
     "  migrator apply --resume-at-statement        MySQL: go on in a file that was cut off\n"},
    {"create-tenant",
     "Change",
     "NAME",
     "Creates a tenant and applies all tenant files to it",
     "Creates the schema, records the tenant, and runs all tenant migrations and tenant scripts "
     "for\n"
     "it. The name is made of letters, digits, '_' and '-'.",
     "  migrator create-tenant acme\n"
     "  migrator create-tenant acme --name acme-onboarding --dry-run\n"},
    {"sync",
     "Change",
     "",
     "Records what is pending as applied, without running it",
     "For a database that already has the objects, made by other means. Scripts are recorded too.",
     "  migrator sync --name baseline\n"
     "  migrator sync --tenant acme                 a tenant that came with its objects\n"
     "  migrator sync --tenants-from names.txt      several of them\n"},
    {"plan",
     "Look",
     "",
     "Shows what apply would do",
     "Files in the order in which they would run, by phase, and what can be seen to be wrong with\n"
     "them. Takes no lock and writes nothing.",
     "  migrator plan\n"
     "  migrator plan --sql > review.sql            the text that would be sent\n"
     "  migrator plan --exit-code                   3: pending, 4: edited files, 1: problems\n"},
    {"status",
     "Look",
     "",
     "What is applied, pending, changed, lagging or half done",
     "Also shows who holds the migration lock. A role that may only read is enough. Scripts are "
     "not\n"
     "pending: they run at every apply.",
     "  migrator status\n"
     "  migrator status --exit-code                 3: pending, 4: edited files\n"
     "  migrator status --json | jq .pending\n"},
    {"validate",
     "Look",
     "",
     "Checks configuration, files and checksums; writes nothing",
     "Unknown configuration keys are errors here; elsewhere they are warnings.",
     "  migrator validate\n"},
    {"tenants",
     "Look",
     "",
     "Lists the tenants, one a line",
     "In the order of the tenant list.",
     "  migrator tenants\n"},
    {"versions",
     "Look",
     "[ID]",
     "Lists the versions, newest first, or shows what one did",
     "With an ID: the files of that version and the schemas they were applied to.",
     "  migrator versions\n"
     "  migrator versions 42 --verbose\n"},
    {"config",
     "Look",
     "",
     "Prints the effective configuration, secrets masked",
     "After environment variables and flags, as YAML.",
     "  migrator config\n"},
    {"accept",
     "Repair",
     "FILE",
     "Takes over the checksum of a file edited after it was applied",
     "Shows the recorded checksum and the file's, and asks. FILE is the file's full name as "
     "status\n"
     "shows it, or the end of it, if no other file ends so. Nothing is run.",
     "  migrator accept tenants/202601010001.sql\n"
     "  migrator accept tenants/202601010001.sql --yes\n"},
    {"forget",
     "Repair",
     "",
     "Makes a tenant's files pending again, from one file on",
     "For a schema that was restored from an older backup while its rows say that newer files are\n"
     "applied. Lists the files and asks; the next apply runs them again.",
     "  migrator forget --tenant acme --from 202601010001.sql\n"},
    {"wait",
     "Serve",
     "",
     "Returns when the database answers",
     "For start scripts and pipelines; exit code 1 when the time is over.",
     "  migrator wait --timeout 2m && migrator apply\n"},
    {"help",
     "Serve",
     "[COMMAND]",
     "Shows this text, or that of a command",
     "The same as --help.",
     "  migrator help apply\n"},
};

constexpr struct {
    std::string_view group;
    std::string_view title;
} kGroups[] = {
    {"Change", "Change the database"},
    {"Look", "Look, without writing"},
    {"Repair", "Repair the records"},
    {"Serve", "Serve, and the rest"}};

constexpr std::string_view kIntroduction =
    R"(migrator keeps a database with many tenants where its SQL files say it should be: it knows which
file was applied to which schema, by which version, and when; it applies what is missing and says
exactly what it did. Without a command it serves HTTP.

Usage:
  migrator [OPTIONS] [COMMAND] [OPTIONS OF THE COMMAND]

A first run, with a migrator.yaml in the current directory:
  migrator validate                 is everything in order?
  migrator plan                     what would be done?
  migrator apply --name v1.2.0      do it
  migrator status                   where are we?
)";

constexpr std::string_view kEnd = R"(
Configuration:
  The file is the one of --config FILE (also -configFile FILE), else of the environment variable
  MIGRATOR_YAML, else migrator.yaml in the current directory. Each key can also be given as an
  environment variable, MIGRATOR_ and its name in upper snake case (MIGRATOR_LOCK_TIMEOUT), or as
  --set KEY=VALUE. Flag over environment over file over default.

Exit codes:
  0    done, also when there was nothing to do
  1    failed
  2    wrong usage or configuration
  3    something is pending (only with status --exit-code and plan --exit-code)
  4    files were edited after they were applied
  5    another run holds the migration lock
  6    some tenants failed, the others are done
  130  cancelled with Ctrl-C
)";

std::string option_list(const std::vector<OptionText>& options) {
    std::size_t width = 0;
    for (const auto& option : options) width = std::max(width, option.spelling.size());
    std::string text;
    for (const auto& option : options) {
        text += fmt::format("  {:<{}}  {}\n", option.spelling, width, option.description);
    }
    return text;
}

}  // namespace

std::span<const CommandText> command_texts() { return kCommands; }

std::string main_help(const std::vector<OptionText>& options) {
    std::string text(kIntroduction);
    for (const auto& [group, title] : kGroups) {
        text += fmt::format("\n{}:\n", title);
        for (const auto& command : kCommands) {
            if (command.group != group) continue;
            const auto usage = fmt::format("{} {}", command.name, command.arguments);
            text += fmt::format("  {:<19}  {}\n", usage, command.summary);
        }
    }
    text += "\nOptions, before or after the command:\n" + option_list(options);
    text += kEnd;
    return text + "\nMore about a command: migrator COMMAND --help\n";
}

std::string command_help(
    const CommandText& command,
    const std::vector<OptionText>& options,
    const std::vector<OptionText>& global_options
) {
    std::string usage = fmt::format("migrator {}", command.name);
    if (!options.empty()) usage += " [OPTIONS]";
    if (!command.arguments.empty()) usage += fmt::format(" {}", command.arguments);
    std::string text = fmt::format("{}.\n\nUsage:\n  {}\n\n", command.summary, usage);
    text += fmt::format("{}\n", command.text);
    if (!options.empty()) text += "\nOptions:\n" + option_list(options);
    text += fmt::format("\nExamples:\n{}", command.examples);
    return text + "\nOptions of every command:\n" + option_list(global_options);
}

}  // namespace migrator::cli
