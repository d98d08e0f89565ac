// The scripts of `migrator completion`, in the shells that they are for.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace migrator::e2e {
namespace {

using Words = std::set<std::string>;

/// Prints what completes the words behind the script's name, a line each; the last word is the one
/// to complete.
constexpr const char* kBash = R"(
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_migrator
printf '%s\n' "${COMPREPLY[@]}"
)";

constexpr const char* kFish = R"(
source $argv[1]
complete -C "$argv[2..]" | string split -f 1 \t
)";

/// zsh completes in its line editor only: one in a terminal of its own does it, and a function in
/// the place of `compadd` writes down what would be offered.
constexpr const char* kZsh = R"(
zmodload zsh/zpty
script=$1 found=$2; shift 2
line="$*"
zpty shell "TERM=dumb zsh -f -i"
zpty -w shell "PS1= PS2= PROMPT_SP= found=${(q)found}"
zpty -w shell "autoload -Uz compinit && compinit -u -d $HOME/dump && source ${(q)script}"
zpty -w shell 'compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits; builtin compadd -A hits "$@"; print -rl -- $hits >> $found
  builtin compadd "$@"
}'
zpty -w shell 'finish() { _main_complete; print done >> $found; exit }'
zpty -w shell 'zle -C finish complete-word finish; bindkey "^I" finish'
zpty -n -w shell "$line"$'\t'
while zpty -r shell ignored; do :; done
)";

class Completion : public ::testing::TestWithParam<std::string> {
protected:
    /// What the shell offers for the last of `words`.
    Words complete(const std::vector<std::string>& words) const {
        const auto& shell = GetParam();
        const auto printed = test::run_migrator({"completion", shell});
        EXPECT_EQ(printed.exit_code, 0) << printed.err;
        const auto script = folder_.write("script", printed.out);
        const auto found = folder_.write("found", "");
        const auto driver = folder_.write("driver", text_of(shell));
        folder_.write("here/settings.yaml", "");
        std::vector<std::string> arguments = {"/usr/bin/env", shell};
        if (shell == "bash") arguments.push_back("--norc");
        if (shell == "zsh") arguments.push_back("-f");
        if (shell == "fish") arguments.push_back("--no-config");
        arguments.insert(arguments.end(), {driver, script});
        if (shell == "zsh") arguments.push_back(found);
        arguments.insert(arguments.end(), words.begin(), words.end());
        const std::string here = folder_.path() / "here";
        test::Process process(arguments, {{"HOME", here}}, here);
        const auto result = process.wait();
        EXPECT_EQ(result.err, "");
        return lines_of(shell == "zsh" ? read(found) : result.out);
    }

private:
    static const char* text_of(const std::string& shell) {
        return shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish;
    }
    static std::string read(const std::filesystem::path& path) {
        return test::Process({"/bin/cat", path}).wait().out;
    }
    static Words lines_of(const std::string& text) {
        Words lines;
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);) {
            if (!line.empty() && line != "done") lines.insert(line);
        }
        return lines;
    }

    test::TempDir folder_;
};

TEST_P(Completion, OfCommands) {
    EXPECT_EQ(complete({"migrator", "ap"}), Words{"apply"});
    EXPECT_EQ(complete({"migrator", "--json", "v"}), (Words{"validate", "versions"}));
    const Words all = complete({"migrator", ""});
    for (const char* command : {"init", "new", "apply", "status", "completion"}) {
        EXPECT_TRUE(all.contains(command)) << command;
    }
}

TEST_P(Completion, OfOptions) {
    EXPECT_EQ(complete({"migrator", "apply", "--dr"}), Words{"--dry-run"});
    EXPECT_EQ(complete({"migrator", "--ver"}), (Words{"--verbose", "--version"}));
    EXPECT_EQ(complete({"migrator", "validate", "--off"}), Words{"--offline"});
    EXPECT_EQ(complete({"migrator", "status", "--exit"}), Words{"--exit-code"});
    EXPECT_EQ(complete({"migrator", "status", "--dr"}), Words{});
    EXPECT_EQ(complete({"migrator", "--config", "x", "status", "--exit"}), Words{"--exit-code"});
}

TEST_P(Completion, OfTheValuesOfOptions) {
    EXPECT_EQ(complete({"migrator", "init", "--driver", "sql"}), (Words{"sqlite", "sqlserver"}));
    EXPECT_EQ(complete({"migrator", "apply", "--log-level", "D"}), Words{"DEBUG"});
    EXPECT_EQ(complete({"migrator", "completion", "b"}), Words{"bash"});
    EXPECT_EQ(complete({"migrator", "help", "ap"}), Words{"apply"});
    EXPECT_EQ(complete({"migrator", "--config", "set"}), Words{"settings.yaml"});
}

INSTANTIATE_TEST_SUITE_P(
    Shells,
    Completion,
    ::testing::Values("bash", "zsh", "fish"),
    [](const auto& shell) { return shell.param; }
);

}  // namespace
}  // namespace migrator::e2e
