#include "cli/arguments.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator::cli {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using Words = std::vector<std::string>;

std::string command_of(const Words& words) {
    return std::string(parse(words, std::nullopt).command->text().name);
}

std::string refusal(const Words& words) {
    try {
        parse(words, std::nullopt);
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::InvalidRequest);
        return error.what();
    }
    ADD_FAILURE() << "was not refused";
    return "";
}

TEST(Arguments, WithoutCommandItServes) { EXPECT_EQ(command_of({}), "serve"); }

TEST(Arguments, TakesTheConfigurationFileInEverySpelling) {
    const Words cases[] = {
        {"-configFile", "a b.yaml"},
        {"-configFile=a b.yaml"},
        {"--configFile", "a b.yaml"},
        {"--configFile=a b.yaml"},
        {"--config", "a b.yaml"},
        {"--config=a b.yaml"},
        {"-c", "a b.yaml"},
        {"status", "--config", "a b.yaml"},
        {"-configFile", "a b.yaml", "serve"},
        {"status", "-configFile", "a b.yaml"}};
    for (const auto& words : cases) {
        SCOPED_TRACE(words.front());
        const auto parsed = parse(words, "/from/environment.yaml").common;
        EXPECT_EQ(parsed.config_path, "a b.yaml");
        EXPECT_FALSE(parsed.config_path_is_default);
    }
}

TEST(Arguments, FindsTheConfigurationFileWithoutAFlag) {
    EXPECT_EQ(parse({}, "/e.yaml").common.config_path, "/e.yaml");
    EXPECT_FALSE(parse({}, "/e.yaml").common.config_path_is_default);
    EXPECT_EQ(parse({}, std::nullopt).common.config_path, "migrator.yaml");
    EXPECT_TRUE(parse({}, std::nullopt).common.config_path_is_default);
    EXPECT_EQ(parse({}, "").common.config_path, "migrator.yaml");
}

TEST(Arguments, RefusesTenantsAndSharesThatCannotBe) {
    for (const char* canary : {"0", "0%", "101%", "%", "five"}) {
        EXPECT_EQ(
            refusal({"apply", "--canary", canary}),
            fmt::format("--canary: '{}' is not a number of tenants or a percentage", canary)
        );
    }
    EXPECT_EQ(
        refusal({"apply", "--waves", "10%,x"}), "--waves: '10%,x' is not a list like 10%,50%,100%"
    );
    EXPECT_EQ(
        refusal({"apply", "--resume-at-statement", "x"}),
        "--resume-at-statement: 'x' is not a number"
    );
    EXPECT_FALSE(refusal({"apply", "--tenant", ""}).empty());
}

TEST(Arguments, GlobalOptionsStandBeforeOrAfterTheCommand) {
    for (const Words& words :
         {Words{"--json", "-q", "--verbose", "apply"},
          Words{"apply", "--json", "-q", "--verbose"}}) {
        const auto parsed = parse(words, std::nullopt);
        EXPECT_EQ(command_of(words), "apply");
        EXPECT_TRUE(parsed.common.json);
        EXPECT_TRUE(parsed.common.quiet);
        EXPECT_TRUE(parsed.common.verbose);
    }
}

TEST(Arguments, TakesTheOptionsOfEachCommand) {
    const Words cases[] = {
        {"apply", "--name", "v 1", "--dry-run", "--reconcile", "--tenant", "a", "--tenant=b"},
        {"apply", "--canary", "5%", "--waves", "10%,25,100%", "--tenants-from=names"},
        {"apply", "--resume-at-statement", "--tenant", "a"},
        {"apply", "--resume-at-statement", "3"},
        {"apply", "--resume-at-statement=3", "--dry-run=false"},
        {"plan", "--sql", "--exit-code", "--reconcile"},
        {"forget", "--tenant", "abc", "--from=1.sql", "--yes"},
        {"accept", "x/1.sql"},
        {"versions", "42"},
        {"versions"},
        {"wait", "--timeout", "2m"},
        {"status", "-q", "-cfile"},
        {"status", "-qcfile"},
        {"-c=file", "status"}};
    for (const auto& words : cases) EXPECT_NO_THROW(parse(words, std::nullopt)) << words[1];
    EXPECT_EQ(parse({"status", "-qcfile"}, std::nullopt).common.config_path, "file");
}

TEST(Arguments, ATenantMayBeCalledLikeACommand) {
    EXPECT_EQ(command_of({"create-tenant", "apply", "--dry-run"}), "create-tenant");
}

TEST(Arguments, AfterTwoDashesNothingIsAnOption) {
    EXPECT_EQ(command_of({"accept", "--", "-configFile"}), "accept");
}

TEST(Arguments, ASecondValueIsRefused) {
    EXPECT_EQ(
        refusal({"apply", "--name", "a", "--name", "b"}), "--name is specified more than once"
    );
    EXPECT_EQ(
        refusal({"--dry-run=yes", "apply"}), "option '--dry-run' of apply must follow the command"
    );
    EXPECT_EQ(refusal({"apply", "--dry-run=yes"}), "--dry-run: 'yes' is not true or false");
}

TEST(Arguments, FlagsOverrideConfigurationKeys) {
    const auto parsed = parse(
        {"--set",
         "port=1",
         "apply",
         "--set",
         "dataSource=a=b c",
         "--set=setRole=",
         "--lock-timeout",
         "5m",
         "--statement-timeout=3s",
         "--log-level",
         "WARN"},
        std::nullopt
    );
    const std::map<std::string, std::string> expected = {
        {"port", "1"},
        {"dataSource", "a=b c"},
        {"setRole", ""},
        {"lockTimeout", "5m"},
        {"statementTimeout", "3s"},
        {"logLevel", "WARN"}};
    EXPECT_EQ(parsed.common.overrides, expected);
    EXPECT_EQ(parsed.command->text().name, "apply");
}

TEST(Arguments, AnOverrideWithoutAKeyIsRefusedWithoutShowingIt) {
    for (const char* text : {"secret", "=secret"}) {
        const auto message = refusal({"--set", text, "apply"});
        EXPECT_EQ(message.find("secret"), std::string::npos) << message;
        EXPECT_NE(message.find("KEY=VALUE"), std::string::npos) << message;
    }
}

TEST(Arguments, WhatIsUnknownIsRefusedWithTheNearest) {
    const struct {
        Words words;
        const char* message;
    } cases[] = {
        {{"aply"}, "unknown command 'aply'; did you mean 'apply'?"},
        {{"frobnicate"}, "unknown command 'frobnicate'"},
        {{"create-tenants", "abc"},
         "unknown command 'create-tenants'; did you mean 'create-tenant'?"},
        {{"apply", "--dryrun"}, "unknown option '--dryrun' of apply; did you mean '--dry-run'?"},
        {{"--jsn", "status"}, "unknown option '--jsn' of status; did you mean '--json'?"},
        {{"-json", "status"}, "unknown option '-json' of status; did you mean '--json'?"},
        {{"--confg=x"}, "unknown option '--confg'; did you mean '--config'?"},
        {{"-configfile", "x"}, "unknown option '-configfile'; did you mean '--config'?"},
        {{"status", "--sql"}, "unknown option '--sql' of status; did you mean '--set'?"},
        {{"apply", "v1"}, "apply has an extra argument: 'v1'"},
        {{"apply", "status"}, "apply has an extra argument: 'status'"},
        {{"help", "aply"}, "unknown command 'aply'; did you mean 'apply'?"}};
    for (const auto& c : cases) EXPECT_EQ(refusal(c.words), c.message);
}

TEST(Arguments, HelpDoesNotHideAMistake) {
    EXPECT_EQ(refusal({"aply", "--help"}), "unknown command 'aply'; did you mean 'apply'?");
}

TEST(Arguments, WhatIsMissingIsNamed) {
    const struct {
        Words words;
        const char* part;
    } cases[] = {
        {{"create-tenant"}, "create-tenant needs the NAME"},
        {{"forget", "--from", "x"}, "forget needs --tenant"},
        {{"forget", "--tenant", "x"}, "forget needs --from"},
        {{"apply", "--name"}, "--name"},
        {{"--config"}, "--config"}};
    for (const auto& c : cases) {
        const auto message = refusal(c.words);
        EXPECT_NE(message.find(c.part), std::string::npos) << message;
    }
}

TEST(Arguments, AnEmptyValueIsRefused) {
    // Variables that are not set, in a script: each would widen what the command does.
    const Words cases[] = {
        {"sync", "--tenant", ""},
        {"apply", "--name", ""},
        {"--config", "", "apply"},
        {"--lock-timeout", "", "apply"},
        {"create-tenant", ""},
        {"accept", ""},
        {"versions", ""}};
    for (const auto& words : cases) {
        const auto message = refusal(words);
        EXPECT_NE(message.find("needs a value"), std::string::npos) << message;
    }
}

TEST(Arguments, RefusesWhatIsNoNumberOrDuration) {
    for (const char* id : {"abc", "1x", "0", "1.5", "99999999999999999999"}) {
        EXPECT_NE(refusal({"versions", id}).find("not the ID"), std::string::npos) << id;
    }
    for (const char* duration : {"x", "5d", "1.5s", "10000000000s", "m"}) {
        EXPECT_NE(refusal({"wait", "--timeout", duration}).find("duration"), std::string::npos)
            << duration;
    }
}

}  // namespace
}  // namespace migrator::cli
