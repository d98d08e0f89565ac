// Scripts that complete command lines in a shell, written from what the commands say of
// themselves.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"

namespace migrator::cli {
namespace {

constexpr std::array<std::string_view, 3> kShells = {"bash", "zsh", "fish"};

/// All commands with their options, and the options of every command.
struct Words {
    Words() {
        for (auto& command : commands) {
            options.push_back(command->options());
            for (auto& option : options.back()) {
                if (command->text().name != "help" || option.has_name()) continue;
                for (const auto& each : commands) option.choices.push_back(each->text().name);
            }
        }
    }
    std::string_view name(std::size_t i) const { return commands[i]->text().name; }

    std::vector<std::unique_ptr<Command>> commands = make_commands();
    std::vector<Options> options;  ///< of each
    Arguments nothing;
    Options common = common_options(nothing);
};

bool is_file(const Option& option) { return option.value() == "FILE"; }

bool needs_value(const Option& option) {
    return option.takes_value() && !option.value_is_optional();
}

std::string replaced(std::string_view text, std::string_view letters, std::string_view before) {
    std::string result;
    for (const char c : text) {
        if (letters.find(c) != std::string_view::npos) result += before;
        result += c;
    }
    return result;
}

/// Names that help shows, separated by `separator`.
std::string names_of(const Option& option, std::string_view separator) {
    auto shown = option;
    shown.alias = {};
    return fmt::format("{}", fmt::join(shown.names(), separator));
}

std::string option_names(const Options& options) {
    std::string names;
    for (const auto& option : options) {
        if (option.has_name()) names += (names.empty() ? "" : " ") + names_of(option, " ");
    }
    return names;
}

// bash

/// What completes a value: files, the choices, or nothing.
std::string bash_values(const Option& option) {
    if (is_file(option)) return "_migrator_files \"$word\"";
    if (option.choices.empty()) return ":";
    return fmt::format("_migrator_words \"{}\" \"$word\"", fmt::join(option.choices, " "));
}

std::string bash_cases(std::string_view command, const Options& options) {
    std::string text;
    for (const auto& option : options) {
        if (!option.has_name() || !needs_value(option)) continue;
        auto shown = option;
        shown.alias = {};
        std::string patterns;
        for (const auto name : shown.names()) {
            patterns += patterns.empty() ? "" : " | ";
            patterns += command.empty() ? fmt::format("*\" {}\"", name)
                                        : fmt::format("\"{} {}\"", command, name);
        }
        text += fmt::format("    {}) {}; return ;;\n", patterns, bash_values(option));
    }
    return text;
}

std::string bash_script(const Words& words) {
    std::string with_value;
    std::string values = bash_cases("", words.common);
    std::string names;
    std::string arguments;
    const auto common = option_names(words.common);
    const auto add_valued = [&](const Options& options) {
        for (const auto& option : options) {
            if (!option.has_name() || !needs_value(option)) continue;
            with_value += (with_value.empty() ? "" : " | ") + names_of(option, " | ");
        }
    };
    add_valued(words.common);
    for (std::size_t i = 0; i < words.commands.size(); ++i) {
        const auto name = words.name(i);
        const auto& options = words.options[i];
        names += (names.empty() ? "" : " ") + std::string(name);
        values += bash_cases(name, options);
        const auto own = option_names(options);
        arguments += fmt::format("    {})\n      options=\"{} {}\"\n", name, own, common);
        for (const auto& option : options) {
            if (option.has_name() || bash_values(option) == ":") continue;
            arguments += fmt::format(
                "      if [[ \"$word\" != -* ]]; then {}; return; fi\n", bash_values(option)
            );
        }
        arguments += "      ;;\n";
    }
    return fmt::format(
        R"(# bash completion for migrator. To use it now: source <(migrator completion bash)
_migrator_words() {{ mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2"); }}
_migrator_files() {{
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}}
_migrator() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD - 1]}}"
  local command="" options="" i
  COMPREPLY=()
  # Bash takes the "=" of --name=value for a word.
  if [[ "$word" == "=" ]]; then word=""; fi
  if [[ "$previous" == "=" ]]; then previous="${{COMP_WORDS[COMP_CWORD - 2]}}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{COMP_WORDS[i]}}" in
      {0})
        if [[ "${{COMP_WORDS[i + 1]}}" == "=" ]]; then ((i++)); fi
        ((i++))
        ;;
      -*) ;;
      *) command="${{COMP_WORDS[i]}}"; break ;;
    esac
  done
  case "$command $previous" in
{1}  esac
  case "$command" in
    "") options="{2} {3}" ;;
{4}  esac
  _migrator_words "$options" "$word"
}}
complete -F _migrator migrator
)",
        with_value,
        values,
        names,
        common,
        arguments
    );
}

// zsh

std::string zsh_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

std::string zsh_action(const Option& option) {
    if (is_file(option)) return "_files";
    if (option.choices.empty()) return " ";
    return fmt::format("({})", fmt::join(option.choices, " "));
}

/// As `_arguments` wants it: `'(-q --quiet)'{-q,--quiet}'[text]'`.
std::string zsh_option(const Option& option, std::size_t& position) {
    if (!option.has_name()) {
        return zsh_quoted(fmt::format("{}:{}:{}", ++position, option.value(), zsh_action(option)));
    }
    auto tail = fmt::format("[{}]", replaced(option.text, "[]\\:", "\\"));
    if (option.takes_value()) {
        const auto* colons = option.value_is_optional() ? "::" : ":";
        tail += fmt::format(
            "{}{}:{}", colons, replaced(option.value(), "[]", "\\"), zsh_action(option)
        );
    }
    auto shown = option;
    shown.alias = {};
    if (shown.names().size() == 1) {
        return zsh_quoted((option.repeats ? "*" : "") + std::string(shown.name()) + tail);
    }
    return fmt::format(
        "'({})'{{{}}}{}", names_of(option, " "), names_of(option, ","), zsh_quoted(tail)
    );
}

std::string zsh_options(const Options& options) {
    std::string text;
    std::size_t position = 0;
    for (const auto& option : options) text += " \\\n        " + zsh_option(option, position);
    return text;
}

std::string zsh_script(const Words& words) {
    std::string names;
    std::string cases;
    for (std::size_t i = 0; i < words.commands.size(); ++i) {
        const auto name = words.name(i);
        const auto summary = replaced(words.commands[i]->text().summary, ":\\", "\\");
        names += fmt::format("    {}\n", zsh_quoted(fmt::format("{}:{}", name, summary)));
        cases +=
            fmt::format("      {}) _arguments $common{} ;;\n", name, zsh_options(words.options[i]));
    }
    return fmt::format(
        R"(#compdef migrator
# zsh completion for migrator. To use it now: source <(migrator completion zsh)
_migrator() {{
  local curcontext="$curcontext" state line
  local -A opt_args
  local -a commands common
  commands=(
{}  )
  common=({})
  _arguments -C $common '1: :->command' '*:: :->arguments' && return
  case $state in
  command) _describe -t commands command commands ;;
  arguments)
    case $words[1] in
{}    esac
    ;;
  esac
}}
if [[ "$funcstack[1]" == _migrator ]]; then _migrator "$@"; else compdef _migrator migrator; fi
)",
        names,
        zsh_options(words.common),
        cases
    );
}

// fish

std::string fish_quoted(std::string_view text) { return "'" + replaced(text, "'\\", "\\") + "'"; }

std::string fish_lines(std::string_view condition, const Options& options) {
    std::string text;
    for (const auto& option : options) {
        std::string line = "complete -c migrator" + std::string(condition);
        auto shown = option;
        shown.alias = {};
        for (const auto name : shown.names()) {
            line += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2))
                                           : fmt::format(" -s {}", name.substr(1));
        }
        if (needs_value(option) && option.has_name()) line += is_file(option) ? " -r -F" : " -x";
        if (!option.has_name() && is_file(option)) line += " -F";
        if (!option.choices.empty()) {
            line += fmt::format(" -a '{}'", fmt::join(option.choices, " "));
        }
        if (!option.text.empty()) line += " -d " + fish_quoted(option.text);
        const bool says_nothing = !option.has_name() && !is_file(option) && option.choices.empty();
        if (!says_nothing) text += line + "\n";
    }
    return text;
}

std::string fish_script(const Words& words) {
    std::string text =
        "# fish completion for migrator. To use it now: migrator completion fish | source\n"
        "complete -c migrator -f\n";
    text += fish_lines("", words.common);
    for (std::size_t i = 0; i < words.commands.size(); ++i) {
        const auto name = words.name(i);
        text += fmt::format(
            "complete -c migrator -n __fish_use_subcommand -a {} -d {}\n",
            name,
            fish_quoted(words.commands[i]->text().summary)
        );
        text +=
            fish_lines(fmt::format(" -n '__fish_seen_subcommand_from {}'", name), words.options[i]);
    }
    return text;
}

struct Completion : Command {
    std::string shell;

    CommandText text() const override {
        return {
            .name = "completion",
            .group = Group::Serve,
            .summary = "Prints a completion script for bash, zsh or fish",
            .text =
                "Completes commands, options and the values of options. To keep it, write it "
                "where\n"
                "the shell looks for completions.",
            .examples =
                "  source <(migrator completion bash)          in ~/.bashrc\n"
                "  migrator completion zsh > \"${fpath[1]}/_migrator\"\n"
                "  migrator completion fish > ~/.config/fish/completions/migrator.fish\n"};
    }

    Options options() override {
        auto which = parsed(
            "SHELL",
            shell,
            [](const std::string& text) {
                const bool known = std::ranges::find(kShells, text) != kShells.end();
                return known ? std::optional(text) : std::nullopt;
            },
            "bash, zsh or fish"
        );
        which.choices.assign(kShells.begin(), kShells.end());
        return {std::move(which)};
    }

    int run(Context& context) override {
        const Words words;
        context.terminal.out
            << (shell == "bash"  ? bash_script(words)
                : shell == "zsh" ? zsh_script(words)
                                 : fish_script(words));
        return 0;
    }
};

}  // namespace

std::unique_ptr<Command> make_completion() { return std::make_unique<Completion>(); }

}  // namespace migrator::cli
