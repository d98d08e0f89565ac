#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "cli/commands.hpp"

namespace migrator::cli {
namespace {

[[noreturn]] void refuse(const std::string& message) {
    throw Error(ErrorKind::InvalidRequest, message);
}

/// The Go program's long options with one dash. Read as short ones they would be `-c onfigFile`.
std::vector<std::string> with_two_dashes(std::vector<std::string> words) {
    for (auto& word : words) {
        if (word == "--") break;
        const auto name = word.substr(0, word.find('='));
        if (name == "-configFile" || name == "-help") {
            word.insert(0, 1, '-');
        } else if (name.starts_with("-config")) {
            refuse(fmt::format("unknown option '{}'; did you mean '--config'?", name));
        }
    }
    return words;
}

bool looks_like_option(std::string_view word) { return word.size() > 1 && word.starts_with('-'); }

/// Sorts the words of a command line: which command, which options with which values.
class Parser {
public:
    explicit Parser(Arguments& result) : result_(result), common_(common_options(result)) {}

    void parse(std::span<const std::string> words) {
        words_ = words;
        while (!words_.empty()) {
            const std::string word = next();
            if (options_end_ || !looks_like_option(word)) {
                take_word(word);
            } else if (word == "--") {
                options_end_ = true;
            } else {
                take_option(word);
            }
        }
        if (!unknown_option_.empty()) refuse_unknown_option();
        give_arguments();
        if (result_.command == nullptr) choose(make_command("serve"));
        // Flags first: help doesn't need the values, but mistakes beside it were seen by now.
        for (const auto& [option, value] : given_) {
            if (is_common(*option) && !option->takes_value()) option->set(value);
        }
        if (result_.show_help || result_.show_version) return;
        for (const auto& [option, value] : given_) {
            // `sync --tenant "$TENANT"` with the variable unset must not become a sync of
            // everybody.
            if (value.empty() && !(option->has_name() && option->value_is_optional())) {
                refuse(fmt::format("{} needs a value", option->name()));
            }
            option->set(value);
        }
        refuse_missing();
    }

private:
    struct Given {
        const Option* option;
        std::string value;
    };

    std::string next() {
        std::string word = words_.front();
        words_ = words_.subspan(1);
        return word;
    }

    void choose(std::unique_ptr<Command> command) {
        result_.command = std::move(command);
        own_ = result_.command->options();
    }

    /// A word that is no option and no value of one.
    void take_word(const std::string& word) {
        if (result_.command == nullptr) {
            auto command = make_command(word);
            if (command == nullptr && unknown_option_.empty()) refuse(unknown_command(word));
            if (command == nullptr) return;
            choose(std::move(command));
            result_.names_command = true;
            return;
        }
        arguments_.push_back(word);
    }

    /// In their order; those that may be missing get what the others leave.
    void give_arguments() {
        auto spare = static_cast<std::ptrdiff_t>(arguments_.size());
        for (const Option& option : own_) {
            if (!option.has_name() && !option.value_is_optional()) --spare;
        }
        auto argument = arguments_.begin();
        for (const Option& option : own_) {
            if (option.has_name() || argument == arguments_.end()) continue;
            if (option.value_is_optional() && spare-- <= 0) continue;
            given_.push_back({&option, *argument++});
        }
        if (argument == arguments_.end()) return;
        refuse(fmt::format("{} has an extra argument: '{}'", command_name(), *argument));
    }

    /// `--name`, `--name=value`, `-n`, `-nvalue`, `-n=value` or several flags, `-qh`.
    void take_option(const std::string& word) {
        const bool is_long = word.starts_with("--");
        const auto end = is_long ? std::min(word.find('='), word.size()) : 2;
        const auto* option = find(std::string_view(word).substr(0, end));
        if (option == nullptr) {
            if (unknown_option_.empty()) unknown_option_ = word.substr(0, word.find('='));
            return;
        }
        auto rest = word.substr(end);
        const bool has_value = rest.starts_with('=') || (option->takes_value() && !rest.empty());
        if (rest.starts_with('=')) rest.erase(0, 1);
        if (has_value) {
            give(*option, rest);
        } else if (!option->takes_value()) {
            give(*option, "true");
            if (!rest.empty()) take_option("-" + rest);
        } else if (option->value_is_optional()) {
            give(*option, words_.empty() || looks_like_option(words_.front()) ? "" : next());
        } else if (words_.empty()) {
            refuse(fmt::format("{} needs a value", option->name()));
        } else {
            give(*option, next());
        }
    }

    void give(const Option& option, std::string value) {
        if (option.takes_value() && !option.repeats && is_given(option)) {
            refuse(fmt::format("{} is specified more than once", option.name()));
        }
        given_.push_back({&option, std::move(value)});
    }

    bool is_given(const Option& option) const {
        return std::ranges::any_of(given_, [&](const Given& each) {
            return each.option == &option;
        });
    }

    const Option* find(std::string_view name) const {
        for (const auto* options : {&common_, &own_}) {
            for (const Option& option : *options) {
                const auto names = option.names();
                if (std::ranges::find(names, name) != names.end()) return &option;
            }
        }
        return nullptr;
    }

    [[noreturn]] void refuse_unknown_option() const {
        std::vector<std::string> known;
        for (const auto* options : {&common_, &own_}) {
            for (const Option& option : *options) {
                for (const auto name : option.names()) {
                    if (name.starts_with("--")) known.emplace_back(name);
                }
            }
        }
        const auto& name = unknown_option_;
        const auto where = result_.command != nullptr ? " of " + command_name() : "";
        if (std::ranges::find(known, name) != known.end()) {
            refuse(fmt::format("option '{}'{} must follow the command", name, where));
        }
        refuse(fmt::format("unknown option '{}'{}{}", name, where, did_you_mean(name, known)));
    }

    bool is_common(const Option& option) const {
        return std::ranges::any_of(common_, [&](const Option& each) { return &each == &option; });
    }

    void refuse_missing() const {
        for (const Option& option : own_) {
            if (is_given(option)) continue;
            if (option.has_name() ? option.required : !option.value_is_optional()) {
                const auto* article = option.has_name() ? "" : "the ";
                refuse(fmt::format("{} needs {}{}", command_name(), article, option.spelling));
            }
        }
    }

    std::string command_name() const { return std::string(result_.command->text().name); }

    Arguments& result_;
    const Options common_;
    Options own_;  ///< of the command, once it is known
    std::span<const std::string> words_;
    bool options_end_ = false;
    std::vector<std::string> arguments_;  ///< without a name
    std::vector<Given> given_;
    std::string unknown_option_;  ///< the first
};

}  // namespace

Options common_options(Arguments& arguments) {
    CommonOptions& common = arguments.common;
    const auto key = [&common](std::string name) {
        return [&common, name = std::move(name)](const std::string& value) {
            common.overrides[name] = value;
        };
    };
    const auto set = [&common](const std::string& text) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0) {
            // Not with its text: it may be a value that was meant to stay secret.
            refuse("--set needs KEY=VALUE, for example --set parallelism=4");
        }
        common.overrides[text.substr(0, equals)] = text.substr(equals + 1);
    };
    auto config = word("-c, --config FILE", common.config_path, "Configuration file");
    config.alias = "--configFile";
    return {
        std::move(config),
        {.spelling = "--set KEY=VALUE",
         .text = "Override a configuration key; repeatable",
         .set = set,
         .repeats = true},
        {"--lock-timeout DURATION", "Wait for another run: 30s, 5m", key("lockTimeout")},
        {"--statement-timeout DURATION", "Limit for each statement", key("statementTimeout")},
        {.spelling = "--log-level LEVEL",
         .text = "DEBUG, INFO, WARN, ERROR, PANIC",
         .set = key("logLevel"),
         .choices = {"DEBUG", "INFO", "WARN", "ERROR", "PANIC"}},
        flag("--json", common.json, "Print one JSON document on standard output"),
        flag("-q, --quiet", common.quiet, "Print errors and answers only, no progress or summary"),
        flag("--verbose", common.verbose, "Show complete lists (default: first 20 lines)"),
        flag("--version", arguments.show_version, "Show the version of this program"),
        flag("-h, --help", arguments.show_help, "Show this help")};
}

Arguments parse(
    const std::vector<std::string>& arguments, const std::optional<std::string>& default_path
) {
    Arguments result;
    Parser(result).parse(with_two_dashes(arguments));
    if (result.common.config_path.empty()) {
        const bool is_default = !default_path || default_path->empty();
        result.common.config_path_is_default = is_default;
        result.common.config_path = is_default ? "migrator.yaml" : *default_path;
    }
    return result;
}

bool asks_for_json(const std::vector<std::string>& arguments) {
    return std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
}

}  // namespace migrator::cli
