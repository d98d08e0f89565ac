#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>

#include "cli/durations.hpp"
#include "cli/help.hpp"
#include "cli/nearest.hpp"
#include "core/error.hpp"

namespace migrator::cli {
namespace {

[[noreturn]] void refuse(const std::string& message) {
    throw Error(ErrorKind::InvalidRequest, message);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto near = nearest(word, candidates);
    return near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
}

/// The Go program's long options with one dash, as CLI11 wants them. It would read
/// `-configFile` as `-c onfigFile`.
std::vector<std::string> with_two_dashes(std::vector<std::string> arguments) {
    for (auto& argument : arguments) {
        if (argument == "--") break;
        const auto name = argument.substr(0, argument.find('='));
        if (name == "-configFile" || name == "-help") {
            argument.insert(0, 1, '-');
        } else if (name.starts_with("-config")) {
            refuse(fmt::format("unknown option '{}'; did you mean '--config'?", name));
        }
    }
    return arguments;
}

/// The options of one command line, bound to an Arguments.
class Parser {
public:
    Parser() {
        app_.set_help_flag();  // read as a flag like others, so that mistakes beside it are seen
        app_.allow_extras();
        app_.fallthrough();
        app_.require_subcommand(0, 1);
        add_global_options();
        for (const auto& command : command_texts()) {
            auto* added = app_.add_subcommand(std::string(command.name));
            add_options(command.name, *added);
        }
    }

    Arguments parse(const std::vector<std::string>& arguments) {
        auto reversed = with_two_dashes(arguments);
        std::reverse(reversed.begin(), reversed.end());
        try {
            app_.parse(reversed);
        } catch (const CLI::ParseError& error) {
            refuse(error.what());
        }
        const auto chosen = app_.get_subcommands();
        const CLI::App* command = chosen.empty() ? nullptr : chosen.front();
        if (command != nullptr) result_.command = command->get_name();
        refuse_unknown(command);

        if (result_.command == "help") {
            const auto* about = topic_.empty() ? nullptr : find_command(topic_);
            result_.help = help_of(about);
        } else if (asks_for_help_) {
            result_.help = help_of(command);
        }
        if (result_.help || result_.show_version) return result_;
        refuse_empty(app_);
        if (command != nullptr) refuse_empty(*command);
        read_overrides();
        read_values();
        return result_;
    }

private:
    void add_global_options();
    void add_options(std::string_view name, CLI::App& command);
    void refuse_unknown(const CLI::App* command) const;
    void refuse_empty(const CLI::App& app) const;
    const CLI::App* find_command(const std::string& name) const;
    std::vector<std::string> command_names() const;
    std::string help_of(const CLI::App* command) const;
    void read_overrides();
    void read_values();

    CLI::App app_;
    Arguments result_;
    bool asks_for_help_ = false;
    std::string topic_;
    std::string version_id_;
    std::string timeout_;
    std::string canary_;
    std::string waves_;
    std::string resume_;
    std::vector<std::string> sets_;
    std::map<std::string, std::string> key_flags_;
};

void Parser::add_global_options() {
    app_.add_option("-c,--config,--configFile", result_.config_path, "Configuration file")
        ->option_text("FILE");
    app_.add_option("--set", sets_, "Overrides a configuration key; repeatable")
        ->option_text("KEY=VALUE")
        ->allow_extra_args(false);
    app_.add_option("--lock-timeout", key_flags_["lockTimeout"], "Wait for another run: 30s, 5m")
        ->option_text("DURATION");
    app_.add_option(
            "--statement-timeout", key_flags_["statementTimeout"], "Limit for each statement"
    )
        ->option_text("DURATION");
    app_.add_option("--log-level", key_flags_["logLevel"], "DEBUG, INFO, WARN, ERROR, PANIC")
        ->option_text("LEVEL");
    app_.add_flag("--json", result_.json, "One JSON document on standard output");
    app_.add_flag("-q,--quiet", result_.quiet, "No progress, no summary; errors and answers only");
    app_.add_flag("--verbose", result_.verbose, "Lists in full instead of their first 20 lines");
    app_.add_flag("--version", result_.show_version, "Shows the version of this program");
    app_.add_flag("-h,--help", asks_for_help_, "Shows this text");
}

void Parser::add_options(std::string_view name, CLI::App& command) {
    const auto version_name = [&] {
        command.add_option("--name", result_.name, "Name of the version; default: the time in UTC")
            ->option_text("NAME");
    };
    const auto dry_run = [&] {
        command.add_flag("--dry-run", result_.dry_run, "Run everything, then roll back");
    };
    const auto reconcile = [&] {
        command.add_flag(
            "--reconcile", result_.reconcile, "Bring every tenant all the files it lacks"
        );
    };
    const auto resume = [&] {
        command
            .add_option(
                "--resume-at-statement",
                resume_,
                "Where DDL commits: go on in a file that was cut off, behind the last statement "
                "known to have run, or at statement N (of one file: choose its tenant)"
            )
            ->option_text("[N]")
            ->expected(0, 1)
            ->default_str("0");
    };
    const auto exit_code = [&] {
        command.add_flag("--exit-code", result_.exit_code, "Exit with 3 when something is pending");
    };
    const auto yes = [&] { command.add_flag("--yes", result_.yes, "Don't ask"); };
    const auto some_tenants = [&](const char* description) {
        command.add_option("--tenant", result_.tenants, description)
            ->option_text("NAME")
            ->allow_extra_args(false);
        command
            .add_option(
                "--tenants-from", result_.tenants_from, "Their names are in FILE, one a line"
            )
            ->option_text("FILE");
    };
    const auto steps = [&] {
        command.add_option("--canary", canary_, "N tenants first; without --waves no more")
            ->option_text("N");
        command
            .add_option(
                "--waves", waves_, "Then up to so many, each wave after the other: 10%,50%,100%"
            )
            ->option_text("LIST");
    };

    if (name == "apply") {
        version_name();
        dry_run();
        reconcile();
        some_tenants("For these tenants alone; repeatable, `*` for any characters");
        steps();
        resume();
    } else if (name == "create-tenant") {
        command.add_option("NAME", result_.tenant);
        version_name();
        dry_run();
    } else if (name == "sync") {
        some_tenants("Record for these tenants alone; repeatable, `*` for any characters");
        version_name();
    } else if (name == "plan") {
        command.add_flag("--sql", result_.sql, "Print the text that would be sent");
        reconcile();
        some_tenants("For these tenants alone; repeatable, `*` for any characters");
        exit_code();
    } else if (name == "status") {
        exit_code();
    } else if (name == "versions") {
        command.add_option("ID", version_id_);
    } else if (name == "accept") {
        command.add_option("FILE", result_.file);
        yes();
    } else if (name == "forget") {
        command.add_option("--tenant", result_.tenant, "The tenant")->option_text("TENANT");
        command.add_option("--from", result_.file, "The first file to make pending again")
            ->option_text("FILE");
        yes();
    } else if (name == "wait") {
        command.add_option("--timeout", timeout_, "Give up after this time: 90s, 5m; default 60s")
            ->option_text("DURATION");
    } else if (name == "help") {
        command.add_option("COMMAND", topic_);
    }
}

std::vector<std::string> Parser::command_names() const {
    std::vector<std::string> names;
    for (const auto& command : command_texts()) names.emplace_back(command.name);
    return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

void Parser::refuse_unknown(const CLI::App* command) const {
    auto unknown = app_.remaining(true);
    const auto mark = std::find(unknown.begin(), unknown.end(), "--");
    if (mark != unknown.end()) unknown.erase(mark);  // CLI11 keeps it among what is left over
    if (unknown.empty()) return;
    const auto& first = unknown.front();
    if (first.size() > 1 && first.starts_with('-')) {
        auto known = option_names(app_);
        if (command != nullptr) {
            const auto more = option_names(*command);
            known.insert(known.end(), more.begin(), more.end());
        }
        const auto name = first.substr(0, first.find('='));
        const auto where = command != nullptr ? " of " + command->get_name() : "";
        refuse(fmt::format("unknown option '{}'{}{}", name, where, did_you_mean(name, known)));
    }
    if (command == nullptr) {
        refuse(fmt::format("unknown command '{}'{}", first, did_you_mean(first, command_names())));
    }
    refuse(fmt::format("{} takes no further argument: '{}'", command->get_name(), first));
}

/// `sync --tenant "$TENANT"` with the variable unset must not become a sync of everybody.
void Parser::refuse_empty(const CLI::App& app) const {
    for (const auto* option : app.get_options()) {
        for (const auto& value : option->results()) {
            if (value.empty()) refuse(fmt::format("{} needs a value", option->get_name()));
        }
    }
}

const CLI::App* Parser::find_command(const std::string& name) const {
    const auto names = command_names();
    if (std::find(names.begin(), names.end(), name) == names.end()) {
        refuse(fmt::format("unknown command '{}'{}", name, did_you_mean(name, names)));
    }
    return app_.get_subcommand(name);
}

std::vector<OptionText> texts_of(const CLI::App& app) {
    std::vector<OptionText> texts;
    for (const auto* option : app.get_options()) {
        if (option->get_positional()) continue;
        std::string spelling;
        for (const auto& name : option->get_snames()) spelling += "-" + name + ", ";
        // The drop-in spelling after the first is told with the configuration.
        spelling += "--" + option->get_lnames().front();
        const auto value = option->get_option_text();
        texts.push_back(
            {value.empty() ? spelling : spelling + " " + value, option->get_description()}
        );
    }
    return texts;
}

std::string Parser::help_of(const CLI::App* command) const {
    if (command == nullptr) return main_help(texts_of(app_));
    const auto all = command_texts();
    const auto text = std::find_if(all.begin(), all.end(), [&](const auto& each) {
        return each.name == command->get_name();
    });
    return command_help(*text, texts_of(*command), texts_of(app_));
}

void Parser::read_overrides() {
    for (const auto& text : sets_) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0) {
            // Not with its text: it may be a value that was meant to stay secret.
            refuse("--set wants KEY=VALUE, for example --set parallelism=4");
        }
        result_.overrides[text.substr(0, equals)] = text.substr(equals + 1);
    }
    for (const auto& [key, value] : key_flags_) {
        if (!value.empty()) result_.overrides[key] = value;
    }
}

void Parser::read_values() {
    const auto& command = result_.command;
    const auto wants = [&](const std::string& value, const char* what) {
        if (value.empty()) refuse(fmt::format("{} needs {}", command, what));
    };
    if (command == "create-tenant") wants(result_.tenant, "the NAME of the tenant");
    if (command == "accept") wants(result_.file, "the FILE");
    if (command == "forget") {
        wants(result_.tenant, "--tenant TENANT");
        wants(result_.file, "--from FILE");
    }
    if (!version_id_.empty()) {
        std::int64_t id = 0;
        const auto* end = version_id_.data() + version_id_.size();
        const auto [rest, error] = std::from_chars(version_id_.data(), end, id);
        if (error != std::errc() || rest != end || id <= 0) {
            refuse(fmt::format("'{}' is not the ID of a version: a number from 1", version_id_));
        }
        result_.version_id = id;
    }
    if (!canary_.empty()) {
        const auto canary = parse_share(canary_);
        if (!canary || canary->is_percent || canary->value == 0) {
            refuse(fmt::format("--canary: '{}' is not a number of tenants", canary_));
        }
        result_.canary = canary->value;
    }
    if (!waves_.empty()) {
        const auto waves = parse_shares(waves_);
        if (!waves) {
            refuse(fmt::format("--waves: '{}' is not a list like 10%,50%,100%", waves_));
        }
        result_.waves = *waves;
    }
    if (!resume_.empty()) {
        std::size_t number = 0;
        const auto* end = resume_.data() + resume_.size();
        const auto [rest, error] = std::from_chars(resume_.data(), end, number);
        if (error != std::errc() || rest != end) {
            refuse(fmt::format("--resume-at-statement: '{}' is not a number", resume_));
        }
        result_.resume_at_statement = number;
    }
    if (!timeout_.empty()) {
        const auto timeout = parse_duration(timeout_);
        if (!timeout) {
            refuse(fmt::format("--timeout: '{}' is not a duration like 500ms, 30s, 5m", timeout_));
        }
        result_.timeout = *timeout;
    }
}

}  // namespace

Arguments parse(
    const std::vector<std::string>& arguments, const std::optional<std::string>& default_path
) {
    auto result = Parser().parse(arguments);
    if (result.config_path.empty()) {
        result.config_path_is_default = !default_path || default_path->empty();
        result.config_path = result.config_path_is_default ? "migrator.yaml" : *default_path;
    }
    return result;
}

bool asks_for_json(const std::vector<std::string>& arguments) {
    return std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
}

}  // namespace migrator::cli
