#include <gtest/gtest.h>

#include "aws/credential_support.hpp"

namespace migrator::cloud::aws::test {
namespace {

/// All ways at once, each with a key of its own; tests take away from the front.
class CredentialChain : public ::testing::Test {
protected:
    CredentialChain() {
        world.environment = {
            {"HOME", "/home/app"},
            {"AWS_REGION", "eu-west-1"},
            {"AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00001"},
            {"AWS_SECRET_ACCESS_KEY", "env-secret"},
            {"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"},
            {"AWS_ROLE_ARN", "arn:aws:iam::1:role/web"},
            {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1"}};
        world.files = {
            {"/token", "a.b.c\n"},
            {"/home/app/.aws/credentials",
             "[default]\naws_access_key_id=AKIAPROFILE000000001\naws_secret_access_key=p\n"}};
        world.serve([this](const http_client::Request& request) -> http_client::Response {
            const std::string end = in_time(world, std::chrono::hours(6));
            if (contains(request.url, "sts.")) {
                return {
                    200, {}, sts_answer("AssumeRoleWithWebIdentity", "ASIAWEBIDENTITY00001", end)};
            }
            if (contains(request.url, "ecs.invalid")) {
                return {200, {}, container_answer("ASIACONTAINER0000001", end)};
            }
            if (request.method == "PUT") return {200, {}, "imds-token"};
            if (request.url.ends_with("/security-credentials/")) return {200, {}, "node-role\n"};
            return {200, {}, container_answer("ASIAINSTANCE00000001", end)};
        });
    }

    std::string key(const CredentialOptions& options = {}) {
        return source_in(world, options)->get().access_key_id;
    }

    FakeWorld world;
};

TEST_F(CredentialChain, TakesTheFirstConfiguredWay) {
    EXPECT_EQ(key(), "AKIAENVIRONMENT00001");
    world.environment.erase("AWS_ACCESS_KEY_ID");
    EXPECT_EQ(key(), "ASIAWEBIDENTITY00001");
    world.environment.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
    EXPECT_EQ(key(), "AKIAPROFILE000000001");
    world.files.erase("/home/app/.aws/credentials");
    EXPECT_EQ(key(), "ASIACONTAINER0000001");
    world.environment.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    EXPECT_EQ(key(), "ASIAINSTANCE00000001");
}

TEST_F(CredentialChain, ConfiguredProfilePassesOverTheEnvironment) {
    EXPECT_EQ(key({.profile = "default", .region = {}}), "AKIAPROFILE000000001");
    // AWS_PROFILE does not.
    world.environment["AWS_PROFILE"] = "default";
    EXPECT_EQ(key(), "AKIAENVIRONMENT00001");
}

TEST_F(CredentialChain, ConfiguredProfileWithoutCredentialsFails) {
    world.files["/home/app/.aws/config"] = "[profile plain]\nregion=eu-west-1\n";
    EXPECT_TRUE(
        contains(error_of([&] { key({.profile = "plain", .region = {}}); }), "has no credentials")
    );
    EXPECT_TRUE(contains(error_of([&] { key({.profile = "none", .region = {}}); }), "is not in"));
}

TEST_F(CredentialChain, ProfileOfTheEnvironmentThatIsMissingFails) {
    world.environment.erase("AWS_ACCESS_KEY_ID");
    world.environment.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
    world.environment["AWS_PROFILE"] = "gone";
    EXPECT_EQ(
        error_of([&] { key(); }),
        "AWS credentials from profile \"gone\": profile \"gone\" is not in /home/app/.aws/config "
        "or /home/app/.aws/credentials"
    );
    world.files["/home/app/.aws/config"] = "[profile gone]\nregion=eu-west-1\n";
    EXPECT_EQ(key(), "ASIACONTAINER0000001");
}

TEST_F(CredentialChain, AWayThatFailsStopsIt) {
    world.environment.erase("AWS_SECRET_ACCESS_KEY");
    EXPECT_TRUE(contains(error_of([&] { key(); }), "AWS_SECRET_ACCESS_KEY is not"));
    world.environment.erase("AWS_ACCESS_KEY_ID");
    world.environment.erase("AWS_ROLE_ARN");
    EXPECT_TRUE(contains(error_of([&] { key(); }), "AWS_ROLE_ARN is not"));
    world.environment.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
    world.files["/home/app/.aws/credentials"] = "[default]\naws_access_key_id=AKIA\n";
    EXPECT_TRUE(contains(error_of([&] { key(); }), "only one of"));
    world.files.clear();
    world.environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "no-slash";
    EXPECT_TRUE(contains(error_of([&] { key(); }), "must begin with /"));
    EXPECT_TRUE(world.requests().empty());
}

TEST(CredentialChainWithout, AnyWayListsThemAll) {
    FakeWorld world;
    world.environment = {
        {"HOME", "/home/app"},
        {"AWS_EXECUTION_ENV", "AWS_ECS_FARGATE"},
        {"ECS_CONTAINER_METADATA_URI_V4", "http://ecs.invalid/v4/1"}};
    EXPECT_EQ(
        error_of([&] { source_in(world)->get(); }),
        "no AWS credentials found:\n  environment        AWS_ACCESS_KEY_ID is not set\n  web "
        "identity       AWS_WEB_IDENTITY_TOKEN_FILE is not set\n  profile \"default\"  not in "
        "/home/app/.aws/config or /home/app/.aws/credentials\n  container          "
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI / _FULL_URI are not set\n  instance metadata  "
        "skipped: Fargate has no instance metadata\nOn ECS: set taskRoleArn in the task definition "
        "(a container cannot use the execution role).\nsu -, sudo, env -i, cron and init scripts "
        "drop environment variables: pass AWS_CONTAINER_CREDENTIALS_RELATIVE_URI on to migrator."
    );
}

TEST(CredentialChainWithout, AnInstanceSaysWhyAndIsAskedAgain) {
    FakeWorld world;
    world.reply(http_client::TransportFailure::Connect, "PUT http://imds.invalid: refused");
    const auto source = source_in(world);
    const std::string text = error_of([&] { source->get(); });
    EXPECT_TRUE(contains(text, "instance metadata  PUT http://imds.invalid: refused")) << text;
    EXPECT_TRUE(contains(text, "~/.aws (HOME is not set)")) << text;
    EXPECT_FALSE(contains(text, "taskRoleArn")) << text;
    EXPECT_EQ(source->describe(), "no AWS credentials yet");

    world.environment = {
        {"AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00001"}, {"AWS_SECRET_ACCESS_KEY", "s"}};
    EXPECT_EQ(source->get().access_key_id, "AKIAENVIRONMENT00001");
    EXPECT_EQ(source->describe(), "environment, key AKIA…0001");
}

TEST(EnvironmentCredentials, AreTakenWithoutTheirLineBreaks) {
    FakeWorld world;
    world.environment = {
        {"AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00001\n"},
        {"AWS_SECRET_ACCESS_KEY", "secret\r\n"},
        {"AWS_SECURITY_TOKEN", "old-name"}};
    const LogLines lines;
    const Credentials credentials = source_in(world)->get();
    EXPECT_EQ(credentials.access_key_id, "AKIAENVIRONMENT00001");
    EXPECT_EQ(credentials.secret_access_key, "secret");
    EXPECT_EQ(credentials.session_token, "old-name");
    EXPECT_FALSE(credentials.expires);
    EXPECT_TRUE(contains(lines.text(), "AWS_SECRET_ACCESS_KEY ends with a line break"));
}

TEST(EnvironmentCredentials, WithWhiteSpaceInsideAreRefused) {
    const char* names[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"};
    for (const char* name : names) {
        SCOPED_TRACE(name);
        FakeWorld world;
        for (const char* each : names) world.environment[each] = "value";
        world.environment[name] = "two words";
        const std::string text = error_of([&] { source_in(world)->get(); });
        EXPECT_TRUE(contains(text, std::string(name) + " contains white space")) << text;
    }
}

TEST(EnvironmentCredentials, AreWarnedOf) {
    const struct {
        const char* name;
        std::map<std::string, std::string> more;
        const char* warning;
    } cases[] = {
        {"temporary key alone",
         {{"AWS_ACCESS_KEY_ID", "ASIAENVIRONMENT00001"}},
         "AWS_SESSION_TOKEN is not set"},
        {"ended",
         {{"AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00001"},
          {"AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z"}},
         "expired at 2020-01-01T00:00:00Z"},
        {"garbage",
         {{"AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT00001"}, {"AWS_CREDENTIAL_EXPIRATION", "soon"}},
         "not an RFC 3339 time"}};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        FakeWorld world;
        world.environment = c.more;
        world.environment["AWS_SECRET_ACCESS_KEY"] = "s";
        const LogLines lines;
        source_in(world)->get();
        EXPECT_TRUE(contains(lines.text(), c.warning)) << lines.text();
    }
}

TEST(EnvironmentCredentials, SecretWithoutKeyIsWarnedOfAndNotUsed) {
    FakeWorld world;
    world.environment = {{"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_EC2_METADATA_DISABLED", "TRUE"}};
    const LogLines lines;
    const std::string text = error_of([&] { source_in(world)->get(); });
    EXPECT_TRUE(contains(text, "AWS_EC2_METADATA_DISABLED is true")) << text;
    EXPECT_TRUE(contains(lines.text(), "AWS_SECRET_ACCESS_KEY is ignored")) << lines.text();
}

TEST(MaskedKey, ShowsItsEndsOnly) {
    EXPECT_EQ(masked("ASIAIOSFODNN7EXA7QXK"), "ASIA…7QXK");
    EXPECT_EQ(masked("short"), "…");
    EXPECT_EQ(masked(""), "…");
}

}  // namespace
}  // namespace migrator::cloud::aws::test
