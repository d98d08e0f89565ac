// How the program starts, and how it refuses to: docs/compatibility.md, "Start".
#include <gtest/gtest.h>

#include <csignal>

#include "e2e/examples_project.hpp"
#include "e2e/service.hpp"

namespace migrator::e2e {
namespace {

// Nothing listens there; a start contacts no database.
constexpr const char* kDataSource =
    "user=shop password=s3cret dbname=shop host=127.0.0.1 port=1 sslmode=disable";

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

TEST(Start, AllSpellingsOfConfigFileServe) {
    const ExamplesProject project;
    const std::string config = project.write_config(kDataSource);
    const std::vector<std::string> spellings[] = {
        {"-configFile", config},
        {"-configFile=" + config},
        {"--configFile", config},
        {"--configFile=" + config},
        {"--config", config},
        {"-c", config},
        {},  // migrator.yaml of the current folder
    };
    for (std::vector<std::string> arguments : spellings) {
        SCOPED_TRACE(arguments.empty() ? "none" : arguments.front());
        arguments.insert(arguments.begin(), test::migrator_binary());
        test::Process process(arguments, {}, project.folder());
        process.wait_for_line("Starting migrator ");
        process.wait_for_line("listening on ");
        process.send_signal(SIGTERM);
        EXPECT_EQ(process.wait().exit_code, 0);
    }
}

TEST(Start, TheConfigurationPathComesFromTheEnvironmentToo) {
    const ExamplesProject project;
    const std::string config = project.write_config(kDataSource);
    test::Process process({test::migrator_binary()}, {{"MIGRATOR_YAML", config}});
    process.wait_for_line("listening on ");
    process.send_signal(SIGINT);
    EXPECT_EQ(process.wait().exit_code, 0);
}

TEST(Start, HelpIsNoMistake) {
    for (const char* spelling : {"--help", "-help", "-h", "help"}) {
        SCOPED_TRACE(spelling);
        const auto result = test::run_migrator({spelling}, {}, "/");
        EXPECT_EQ(result.exit_code, 0);
        EXPECT_TRUE(contains(result.out, "--config")) << result.out;
        EXPECT_EQ(result.err, "");
    }
}

TEST(Start, MistakesOnTheCommandLineExitWith2) {
    const std::vector<std::string> cases[] = {
        {"--nope"},
        {"-nope"},
        {"-configFile"},
        {"--config"},
        {"-configFil", "x"},
        {"nope"},
        {"apply", "--nope"},
        {"serve", "--dry-run"},
        {"apply", "--lock-timeout", "soon"},
    };
    for (const auto& arguments : cases) {
        SCOPED_TRACE(arguments.front() + (arguments.size() > 1 ? " " + arguments.back() : ""));
        const ExamplesProject project;
        project.write_config(kDataSource);
        const auto result = test::run_migrator(arguments, {}, project.folder());
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_TRUE(contains(result.err, "error: ")) << result.err;
    }
}

TEST(Start, MissingConfigurationFile) {
    const ExamplesProject project;
    const auto named = test::run_migrator({"-configFile", "nope.yaml"}, {}, project.folder());
    EXPECT_EQ(named.exit_code, 2);
    EXPECT_TRUE(contains(
        named.err, "Error reading config file: open nope.yaml: no such file or directory\n"
    )) << named.err;
    const auto by_default = test::run_migrator({}, {}, project.folder());
    EXPECT_EQ(by_default.exit_code, 2);
    EXPECT_TRUE(contains(
        by_default.err, "Error reading config file: open migrator.yaml: no such file or directory\n"
    )) << by_default.err;
    const auto folder = test::run_migrator({"-configFile", "/"}, {}, project.folder());
    EXPECT_EQ(folder.exit_code, 2);
    EXPECT_TRUE(contains(folder.err, "Error reading config file: ")) << folder.err;
}

TEST(Start, ConfigurationsThatAreRefused) {
    const ExamplesProject project;
    const std::string good = project.config_text(kDataSource);
    const struct {
        const char* name;
        std::string text;
        std::vector<std::string> said;
    } cases[] = {
        {"not YAML", "driver: [postgres\nport: 1\n", {"bad.yaml:"}},
        {"a list", "- driver\n", {"bad.yaml"}},
        {"empty",
         "",
         {"Config.BaseLocation", "Config.Driver", "Config.DataSource", "Config.SingleMigrations"}},
        {"unknown driver",
         with(good, "driver: postgres", "driver: oracle"),
         {"unknown driver: oracle"}},
        {"driver of a later release",
         with(good, "driver: postgres", "driver: mongodb"),
         {"mongodb"}},
        {"log level", good + "logLevel: LOUD\n", {"'LogLevel'", "LOUD"}},
        {"port", with(good, "port: 0", "port: 99999"), {"'Port'", "99999"}},
        {"no port", with(good, "port: 0", "port: http"), {"'Port'", "port must be an integer"}},
        {"duplicate key", good + "driver: postgres\n", {"driver"}},
        {"mapping for text", good + "schemaPlaceHolder: {schema}\n", {"schemaPlaceHolder"}},
        {"text for a list", good + "noTransaction: x.sql\n", {"noTransaction"}},
        {"two at once",
         with(good, "driver: postgres", "driver: oracle") + "logLevel: LOUD\n",
         {"oracle", "LOUD"}},
        {"header without colon",
         good + "webHookURL: http://127.0.0.1:1/\nwebHookHeaders: [\"X-Token s3cret\"]\n",
         {"webHookHeaders"}},
    };
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        const std::string path = project.write_text("bad.yaml", c.text);
        const auto result = test::run_migrator({"-configFile", path});
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_TRUE(contains(result.err, "Error reading config file: ")) << result.err;
        for (const std::string& part : c.said) {
            EXPECT_TRUE(contains(result.err, part)) << part << " is not in " << result.err;
        }
        EXPECT_FALSE(contains(result.err, "s3cret")) << result.err;
    }
}

TEST(Start, PortInUseExitsWith1) {
    const ExamplesProject project;
    const std::string config = project.write_config(kDataSource);
    const Service first(config);
    const std::string port = std::to_string(first.port());
    const auto second = test::run_migrator({"--config", config, "--set", "port=" + port});
    EXPECT_EQ(second.exit_code, 1);
    EXPECT_TRUE(contains(
        second.err,
        "Error starting migrator: listen tcp 0.0.0.0:" + port + ": address already in use\n"
    )) << second.err;
    EXPECT_FALSE(contains(second.err, "migrator wait")) << second.err;
}

}  // namespace
}  // namespace migrator::e2e
