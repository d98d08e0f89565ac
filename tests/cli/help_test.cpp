#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "core/error.hpp"

namespace migrator::cli::test {
namespace {

/// Compares with tests/golden/`name`, or writes it when MIGRATOR_UPDATE_GOLDEN is 1.
void expect_golden(const std::string& name, const std::string& text) {
    const auto path = std::filesystem::path(MIGRATOR_SOURCE_DIR) / "tests/golden" / name;
    const char* update = std::getenv("MIGRATOR_UPDATE_GOLDEN");
    if (update != nullptr && std::string(update) == "1") {
        std::ofstream(path, std::ios::binary) << text;
        return;
    }
    std::ifstream in(path, std::ios::binary);
    const std::string expected{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(text, expected) << path << " differs; MIGRATOR_UPDATE_GOLDEN=1 rewrites it";
}

class Help : public CommandLine {};

TEST_F(Help, OfTheProgramIsAsAgreed) {
    EXPECT_EQ(run({"--help"}), 0);
    expect_golden("cli-help.txt", out.str());
    EXPECT_EQ(err.str(), "");
}

TEST_F(Help, OfEachCommandIsAsAgreed) {
    for (const auto& command : make_commands()) {
        const std::string name(command->text().name);
        SCOPED_TRACE(name);
        EXPECT_EQ(run({name, "--help"}), 0);
        expect_golden("cli-help-" + name + ".txt", out.str());
    }
}

TEST_F(Help, IsTheSameInEverySpelling) {
    run({"--help"});
    const auto text = out.str();
    for (const char* spelling : {"-h", "-help", "help"}) {
        EXPECT_EQ(run({spelling}), 0) << spelling;
        EXPECT_EQ(out.str(), text) << spelling;
    }
    run({"apply", "--help"});
    const auto of_apply = out.str();
    EXPECT_NE(of_apply, text);
    for (const auto& words :
         {std::vector<std::string>{"help", "apply"},
          {"apply", "-h"},
          {"--help", "apply"},
          {"apply", "--name", "x", "-help"}}) {
        EXPECT_EQ(run(words), 0);
        EXPECT_EQ(out.str(), of_apply);
    }
}

TEST_F(Help, OfACommandDoesNotNeedItsArgumentsNorAConfiguration) {
    on_open = [] { throw Error(ErrorKind::Configuration, "must not be read"); };
    EXPECT_EQ(run({"forget", "--help"}), 0);
    EXPECT_NE(out.str().find("--from FILE"), std::string::npos);
}

TEST_F(Help, NamesEveryCommandAndFitsATerminal) {
    run({"--help"});
    for (const auto& command : make_commands()) {
        EXPECT_NE(out.str().find("\n  " + std::string(command->text().name)), std::string::npos);
    }
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

TEST_F(Help, VersionIsTheTextOfTheBuild) {
    EXPECT_EQ(run({"--version"}), 0);
    EXPECT_EQ(out.str(), "migrator v1.2.0 (abc, 2026-11-22)\n");
    EXPECT_EQ(run_json({"--version", "--json"}).at("version"), "migrator v1.2.0 (abc, 2026-11-22)");
}

}  // namespace
}  // namespace migrator::cli::test
