#include "cli/arguments.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace migrator::cli {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using Words = std::vector<std::string>;

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

TEST(Arguments, WithoutCommandItServes) { EXPECT_EQ(parse({}, std::nullopt).command, "serve"); }

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
        const auto parsed = parse(words, "/from/environment.yaml");
        EXPECT_EQ(parsed.config_path, "a b.yaml");
        EXPECT_FALSE(parsed.config_path_is_default);
    }
}

TEST(Arguments, FindsTheConfigurationFileWithoutAFlag) {
    EXPECT_EQ(parse({}, "/e.yaml").config_path, "/e.yaml");
    EXPECT_FALSE(parse({}, "/e.yaml").config_path_is_default);
    EXPECT_EQ(parse({}, std::nullopt).config_path, "migrator.yaml");
    EXPECT_TRUE(parse({}, std::nullopt).config_path_is_default);
    EXPECT_EQ(parse({}, "").config_path, "migrator.yaml");
}

TEST(Arguments, ChoosesTenants) {
    const auto parsed = parse(
        {"apply",
         "--tenant",
         "acme",
         "--tenant=eu-*",
         "--tenants-from",
         "f",
         "--canary",
         "5",
         "--waves",
         "10%,25,100%"},
        std::nullopt
    );
    EXPECT_EQ(parsed.tenants, (Words{"acme", "eu-*"}));
    EXPECT_EQ(parsed.tenants_from, "f");
    EXPECT_EQ(parsed.canary, 5U);
    EXPECT_EQ(parsed.waves, (std::vector<Share>{{10, true}, {25, false}, {100, true}}));
    EXPECT_EQ(refusal({"apply", "--canary", "5%"}), "--canary: '5%' is not a number of tenants");
    EXPECT_EQ(refusal({"apply", "--canary", "0"}), "--canary: '0' is not a number of tenants");
    EXPECT_EQ(
        refusal({"apply", "--waves", "10%,x"}), "--waves: '10%,x' is not a list like 10%,50%,100%"
    );
    EXPECT_FALSE(refusal({"apply", "--tenant", ""}).empty());
}

TEST(Arguments, GlobalOptionsStandBeforeOrAfterTheCommand) {
    for (const Words& words :
         {Words{"--json", "-q", "--verbose", "apply"},
          Words{"apply", "--json", "-q", "--verbose"}}) {
        const auto parsed = parse(words, std::nullopt);
        EXPECT_EQ(parsed.command, "apply");
        EXPECT_TRUE(parsed.json);
        EXPECT_TRUE(parsed.quiet);
        EXPECT_TRUE(parsed.verbose);
    }
}

TEST(Arguments, ReadsTheOptionsOfEachCommand) {
    auto parsed = parse({"apply", "--name", "v 1", "--dry-run", "--reconcile"}, std::nullopt);
    EXPECT_EQ(parsed.name, "v 1");
    EXPECT_TRUE(parsed.dry_run);
    EXPECT_TRUE(parsed.reconcile);

    parsed = parse({"plan", "--sql", "--exit-code", "--reconcile"}, std::nullopt);
    EXPECT_TRUE(parsed.sql);
    EXPECT_TRUE(parsed.exit_code);
    EXPECT_TRUE(parsed.reconcile);

    parsed = parse({"forget", "--tenant", "abc", "--from=1.sql", "--yes"}, std::nullopt);
    EXPECT_EQ(parsed.tenant, "abc");
    EXPECT_EQ(parsed.file, "1.sql");
    EXPECT_TRUE(parsed.yes);

    EXPECT_EQ(parse({"accept", "x/1.sql"}, std::nullopt).file, "x/1.sql");
    EXPECT_EQ(parse({"versions", "42"}, std::nullopt).version_id, 42);
    EXPECT_EQ(parse({"versions"}, std::nullopt).version_id, std::nullopt);
    EXPECT_EQ(parse({"wait"}, std::nullopt).timeout, 60s);
    EXPECT_EQ(parse({"wait", "--timeout", "2m"}, std::nullopt).timeout, 2min);
}

TEST(Arguments, ATenantMayBeCalledLikeACommand) {
    const auto parsed = parse({"create-tenant", "apply", "--dry-run"}, std::nullopt);
    EXPECT_EQ(parsed.command, "create-tenant");
    EXPECT_EQ(parsed.tenant, "apply");
    EXPECT_TRUE(parsed.dry_run);
}

TEST(Arguments, AfterTwoDashesNothingIsAnOption) {
    EXPECT_EQ(parse({"accept", "--", "-configFile"}, std::nullopt).file, "-configFile");
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
    EXPECT_EQ(parsed.overrides, expected);
    EXPECT_EQ(parsed.command, "apply");
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
        {{"apply", "v1"}, "apply takes no further argument: 'v1'"},
        {{"apply", "status"}, "apply takes no further argument: 'status'"},
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
        {{"accept"}, "accept needs the FILE"},
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

TEST(Arguments, ReadsDurations) {
    const struct {
        const char* text;
        std::chrono::milliseconds expected;
    } cases[] = {{"500ms", 500ms}, {"30s", 30s}, {"5m", 5min}, {"1h", 60min}, {"7", 7s}, {"0", 0s}};
    for (const auto& c : cases) {
        EXPECT_EQ(parse({"wait", "--timeout", c.text}, std::nullopt).timeout, c.expected) << c.text;
    }
}

}  // namespace
}  // namespace migrator::cli
